//! What the page shows in the real window, and what it may not do there.

use crate::calls;
use crate::page::Page;
use crate::session::Session;

/// Calls a command and answers `ok` or what was said against it.
fn invoke(page: &Page, command: &str, args: &str) -> String {
    let script = format!(
        "const done = arguments[0];
         window.__TAURI_INTERNALS__.invoke('{command}', {args}).then(() => done('ok'), (no) => done(JSON.stringify(no)));"
    );
    page.run(&script).as_str().unwrap_or_default().to_owned()
}

#[test]
fn the_page_shows_who_is_calling_and_what_comes_later() {
    let session = Session::new();
    let mut page = Page::open(&session, &[calls::ringing("1")]);
    page.wait_for("666 44 45 55");
    page.push(calls::card("1"));
    page.wait_for("Marta Ibáñez");
}

#[test]
fn the_page_may_ask_and_nothing_else() {
    let session = Session::new();
    let page = Page::open(&session, &[calls::ringing("1")]);
    assert_eq!(invoke(&page, "now", "{}"), "ok");
    assert_eq!(invoke(&page, "call", "{ id: '1' }"), "ok");
    for (command, args) in [
        ("plugin:window|close", "{ label: 'sidebar' }"),
        ("plugin:notification|notify", "{ options: { title: 'x' } }"),
        ("plugin:event|emit", "{ event: 'pushed', payload: null }"),
        ("plugin:webview|create_webview_window", "{ options: { label: 'x', url: 'https://example.com/' } }"),
        ("plugin:app|version", "{}"),
    ] {
        let said = invoke(&page, command, args);
        assert!(said.contains("not allowed"), "{command}: {said}");
    }
}

#[test]
fn links_open_only_where_the_helpdesk_and_aircall_live() {
    let session = Session::new();
    let page = Page::open(&session, &[calls::ringing("1")]);
    for address in ["https://evil.example.org/", "file:///etc/passwd", "javascript:alert(1)"] {
        let said = invoke(&page, "open_url", &format!("{{ url: '{address}' }}"));
        assert!(said.contains("link_refused"), "{address}: {said}");
    }
}

#[test]
fn the_page_reaches_no_other_host_and_runs_no_foreign_script() {
    let session = Session::new();
    let page = Page::open(&session, &[calls::ringing("1")]);
    let fetched = page.run(
        "const done = arguments[0];
         document.addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective), { once: true });
         fetch('https://example.com/').then(() => done('reached'), () => setTimeout(() => done('failed'), 500));",
    );
    assert_eq!(fetched, "connect-src");
    let inline = page.run(
        "const done = arguments[0];
         document.addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective), { once: true });
         const script = document.createElement('script');
         script.textContent = 'window.ran = true';
         document.body.append(script);
         setTimeout(() => done(window.ran ? 'ran' : 'silent'), 500);",
    );
    assert_eq!(inline, "script-src-elem");
    let left = page.run(
        "const done = arguments[0]; location.href = 'https://example.com/';
         setTimeout(() => done(location.href), 1000);",
    );
    assert_eq!(left.as_str().map(|at| at.starts_with("tauri://localhost")), Some(true), "{left}");
}
