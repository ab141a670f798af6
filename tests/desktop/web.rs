//! What the page shows in the real window, and what it may not do there.

use crate::calls;
use crate::page::Page;
use crate::session::Session;
use crate::wait::until;
use crate::window::binary;

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
fn a_number_that_is_to_be_dialled_stands_ready_in_the_window_that_runs() {
    let session = Session::new();
    let mut page = Page::open(&session, &[calls::ringing("1")]);
    page.push(calls::missed("1"));
    for (line, number) in [
        (&["dial", "+33 1 99 00 55 12"][..], "+33 1 99 00 55 12"),
        (&["tel:+34-666-444-555"], "+34-666-444-555"),
        (&["sidetone://dial?number=%2B15550100123"], "+15550100123"),
    ] {
        assert!(session.command(binary()).args(line).status().unwrap().success(), "{line:?}");
        until(&format!("{number} in the field"), || {
            let typed = page.run("arguments[0](document.querySelector('[role=search] input').value)");
            (typed == number).then_some(())
        });
    }
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
