//! What a person who edits the file is told.

use std::ffi::OsString;

use sidetone_engine::settings::{Arrival, Mode};

use super::*;

const GOOD: &str = r#"
[hub]
public_url = "https://hub.example.com"
[aircall]
api_id = "id"
api_token = "token"
numbers = [123, 456]
[gorgias]
account = "acme"
email = "ada@example.com"
api_key = "key"
[logging]
mode = "live"
from = "2026-11-21T09:00:00+01:00"
"#;

fn with(text: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
    read(text, environment.iter().map(|(k, v)| (OsString::from(k), OsString::from(v))))
}

fn faults(text: &str) -> String {
    with(text, &[]).expect_err("is wrong").to_string()
}

#[test]
fn a_small_file_is_enough() {
    let config = with(GOOD, &[]).expect("is good");
    assert_eq!(config.listen.to_string(), "127.0.0.1:8787");
    assert_eq!(config.settings.lines.len(), 2);
    assert_eq!(config.settings.logging.mode.0, Mode::Live);
    assert_eq!(config.settings.aircall_rate.requests, 30);
    assert!(matches!(config.settings.arrival, Arrival::OwnWebhook { .. }));
    assert_eq!(config.helpdesk.base(), "https://acme.gorgias.com");
}

#[test]
fn days_are_whole_numbers_of_at_most_a_century() {
    // B12, C6
    for key in ["[privacy]\nkeep_days", "[logging]\nrecordings_keep_days"] {
        let text = |value: &str| {
            GOOD.replace("[logging]", "").replace("mode = \"live\"", "").replace("from =", "#")
                + &format!("{key} = {value}\n")
        };
        for (value, days) in [("0", 0), ("36500", 36_500), ("\"90\"", 90)] {
            let settings = with(&text(value), &[]).expect("is good").settings;
            assert_eq!(settings.privacy.keep_days + settings.logging.recordings_keep_days, days);
        }
        for value in ["-1", "36501", "\"abc\"", "1.5", "true", "[]"] {
            let told = faults(&text(value));
            assert!(told.contains(&key.replace('\n', " ")), "{told}");
            assert!(told.contains("Give a whole number from 0 to 36500"), "{told}");
        }
    }
    for name in ["SIDETONE_PRIVACY_KEEP_DAYS", "SIDETONE_LOGGING_RECORDINGS_KEEP_DAYS"] {
        let told = with(GOOD, &[(name, "-1")]).expect_err("is wrong").to_string();
        assert!(told.contains("keep_days: ") && told.contains("from 0 to 36500"), "{told}");
    }
}

#[test]
fn recordings_are_attached_unless_something_else_is_set() {
    use sidetone_engine::settings::Recordings;
    let config = with(GOOD, &[]).expect("is good");
    assert_eq!(config.settings.logging.recordings, Recordings::Attach);
    assert_eq!(config.settings.files.dir, config.data_dir.join("files"));
    assert!(config.notices.is_empty(), "{:?}", config.notices);
    for (text, recordings) in
        [("attach", Recordings::Attach), ("link", Recordings::Link), ("none", Recordings::None)]
    {
        let config = with(GOOD, &[("SIDETONE_LOGGING_RECORDINGS", text)]).expect("is good");
        assert_eq!(config.settings.logging.recordings, recordings);
    }
    let told = faults(&format!("{GOOD}recordings = \"file\""));
    assert!(told.contains("[logging] recordings"), "{told}");
}

#[test]
fn an_unknown_key_is_named_with_the_one_that_was_meant() {
    let told = faults(&GOOD.replace("mode = \"live\"", "mode = \"live\"\nlanguge = \"de\""));
    assert_eq!(told, "[logging] languge: there is no such key. Did you mean [logging] language?");
    assert!(
        faults("[loging]\nmode = \"live\"").contains("[loging]")
            || faults("[loging]\nmode = \"live\"").contains("loging")
    );
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let told = faults("[hub]\nlisten = \"here\"\n[logging]\nmode = \"on\"\n[health]\npoll_seconds = 1\n");
    for part in [
        "[hub] listen",
        "[logging] mode: \"on\" is not known. Give one of off, shadow, live",
        "[aircall] api_id: missing",
        "[gorgias] api_key: missing",
        "[health] poll_seconds",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
}

#[test]
fn the_environment_stands_over_the_file() {
    let config = with(
        GOOD,
        &[
            ("SIDETONE_LOGGING_MODE", "off"),
            ("SIDETONE_AIRCALL_NUMBERS", "7, 8,9"),
            ("SIDETONE_HUB_METRICS", "true"),
        ],
    )
    .expect("is good");
    assert_eq!(config.settings.logging.mode.0, Mode::Off);
    assert_eq!(config.settings.lines.len(), 3);
    assert!(config.metrics);
    let told = with(GOOD, &[("SIDETONE_LOGGING_MODUS", "off")]).expect_err("is wrong").to_string();
    assert!(told.contains("SIDETONE_LOGGING_MODUS"));
    assert!(with(GOOD, &[("SIDETONE_MEASURE", "x")]).is_ok(), "not one of our sections");
}

#[test]
fn a_secret_may_come_from_a_file_and_is_never_shown() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("token");
    std::fs::write(&path, "from-a-file\n").expect("writes");
    let text = GOOD.replace("[hub]", &format!("[hub]\nadmin_token_file = \"{}\"", path.display()));
    let config = with(&text, &[]).expect("is good");
    assert_eq!(config.admin_token.as_ref().map(Secret::reveal), Some("from-a-file"));
    assert!(!format!("{config:?}").contains("from-a-file") && !format!("{config:?}").contains("\"token\""));
    let missing = text.replace("token\"", "nowhere\"");
    assert!(with(&missing, &[]).is_err());
}

#[test]
fn a_public_address_without_https_is_refused_but_loopback_is_not() {
    assert!(faults(&GOOD.replace("https://hub", "http://hub")).contains("[hub] public_url"));
    assert!(with(&GOOD.replace("https://hub.example.com", "http://127.0.0.1:8787"), &[]).is_ok());
}

#[test]
fn a_public_address_that_no_path_can_be_put_behind_is_refused() {
    for url in ["https://hub.example.com/?a=b", "https://hub.example.com#top", "https://me@hub.example.com"] {
        assert!(faults(&GOOD.replace("https://hub.example.com", url)).contains("[hub] public_url"), "{url}");
    }
}

#[test]
fn the_address_of_a_page_is_not_taken_for_the_helpdesks_api() {
    for url in ["https://acme.gorgias.com/app", "https://acme.gorgias.com/app/ticket/1"] {
        let told = faults(&GOOD.replace("account = \"acme\"", &format!("api_url = \"{url}\"")));
        assert!(told.contains("[gorgias] api_url") && told.contains("Leave out /app"), "{told}");
    }
}

#[test]
fn without_a_public_address_calls_are_polled_and_the_person_is_told() {
    let config =
        with(&GOOD.replace("public_url", "time_zone = \"Europe/Paris\"\n#public_url"), &[]).expect("is good");
    assert_eq!(config.settings.arrival, Arrival::Polling);
    assert!(config.notices.iter().any(|n| n.contains("public_url")));
}

#[test]
fn a_webhook_that_was_switched_off_is_switched_on_again_unless_the_set_up_says_no() {
    assert!(with(GOOD, &[]).expect("is good").settings.enable_webhook);
    let left = format!("{GOOD}[health]\nenable_webhook = false\n");
    assert!(!with(&left, &[]).expect("is good").settings.enable_webhook);
    assert!(faults(&left.replace("false", "\"sometimes\"")).contains("[health] enable_webhook"));
}

#[test]
fn a_tenth_of_aircalls_limit_is_left_to_others_whatever_the_share() {
    let share = |share: &str| {
        let config =
            with(&GOOD.replace("[aircall]", &format!("[aircall]\nshare = {share}")), &[]).expect("is good");
        let is_told = config.notices.iter().any(|notice| notice.contains("share"));
        (config.settings.aircall_rate.requests, is_told)
    };
    assert_eq!([share("0.5"), share("0.9"), share("1")], [(30, false), (54, false), (54, true)]);
}

#[test]
fn our_webhook_is_looked_at_every_minute_at_least_and_the_person_is_told() {
    let looked_at = |seconds: u64| {
        let config = with(&format!("{GOOD}[health]\ncheck_seconds = {seconds}\n"), &[]).expect("is good");
        let is_told = config.notices.iter().any(|n| n.contains("check_seconds"));
        (config.settings.check_every.as_secs(), is_told)
    };
    assert_eq!(looked_at(5), (5, false));
    assert_eq!(looked_at(60), (60, false));
    assert_eq!(looked_at(300), (60, true));
    assert!(faults(&format!("{GOOD}[health]\ncheck_seconds = 4000\n")).contains("[health] check_seconds"));
}

#[test]
fn a_webhook_made_by_hand_needs_its_token_but_no_public_address() {
    const BY_HAND: &str = "[aircall]\nwebhook = \"manual\"";
    let local = GOOD.replace("public_url", "#public_url");
    let by_hand = local.replace("[aircall]", BY_HAND);
    let told = faults(&by_hand);
    assert_eq!(told, "[aircall] webhook_token: missing. A webhook made by hand needs its token here");
    let token = format!("{BY_HAND}\nwebhook_token = \"of-the-webhook\"");
    for text in [local.replace("[aircall]", &token), GOOD.replace("[aircall]", &token)] {
        let config = with(&text, &[]).expect("is good");
        assert_eq!(config.settings.arrival, Arrival::ManualWebhook);
        assert_eq!(config.webhook_token.as_ref().map(Secret::reveal), Some("of-the-webhook"));
        assert!(config.notices.is_empty(), "{:?}", config.notices);
    }
    // A word that is missing is taken from what there is.
    let config = with(&local.replace("[aircall]", "[aircall]\nwebhook_token = \"t\""), &[]).expect("is good");
    assert_eq!(config.settings.arrival, Arrival::ManualWebhook);
    let none = GOOD.replace("[aircall]", "[aircall]\nwebhook = \"none\"");
    assert_eq!(with(&none, &[]).expect("is good").settings.arrival, Arrival::Polling);
}

#[test]
fn only_what_is_on_this_computer_is_marked_as_invented() {
    const PAGE: &str = "http://127.0.0.1:4001/_sandbox/";
    let stand_ins = GOOD
        .replace("api_id", "api_url = \"http://127.0.0.1:4001\"\napi_id")
        .replace("account = \"acme\"", "api_url = \"http://localhost:4002\"");
    let mut config = with(&stand_ins, &[]).expect("is good");
    assert_eq!(config.settings.sandbox_control_url, None);
    assert_eq!(config.mark_as_sandbox(PAGE), Ok(()));
    assert_eq!(config.settings.sandbox_control_url.as_deref(), Some(PAGE));

    for (text, page, key) in [
        (stand_ins.as_str(), "https://sandbox.example.com/", "--sandbox"),
        (stand_ins.as_str(), "yes", "--sandbox"),
        (GOOD, PAGE, "[aircall] api_url"),
        (
            &stand_ins.replace("api_url = \"http://localhost:4002\"", "account = \"acme\""),
            PAGE,
            "[gorgias] api_url",
        ),
    ] {
        let mut config = with(text, &[]).expect("is good");
        let fault = config.mark_as_sandbox(page).expect_err("is refused");
        assert!(fault.key == key && fault.fix.contains("--sandbox"), "{fault}");
        assert_eq!(config.settings.sandbox_control_url, None);
    }
}

#[test]
fn the_other_helpdesk_is_refused_plainly() {
    assert!(faults(&format!("{GOOD}\n[front]\napi_token = \"x\"")).contains("front: given beside [gorgias]"));
}

#[test]
fn front_needs_a_token_and_has_an_inbox() {
    let front =
        |more: &str| format!("[aircall]\napi_id = \"id\"\napi_token = \"t\"\nnumbers = [1]\n[front]\n{more}");
    let told = faults(&front("inbox = \"Phone\""));
    assert!(told.contains("[front] api_token: missing. Make an API token"), "{told}");
    let config = with(&front("api_token = \"x\""), &[]).expect("is good");
    let HelpdeskAccount::Front { account, inbox, app_url } = &config.helpdesk else { panic!("{config:?}") };
    assert_eq!(account.base(), "https://api2.frontapp.com");
    assert_eq!((inbox.as_str(), app_url.as_str()), ("Aircall Phone", "https://app.frontapp.com"));
    assert_eq!(config.settings.helpdesk_rate.requests, 50);
    assert_eq!(config.helpdesk.open().vendor(), sidetone_protocol::Vendor::Front);
    let config = with(&front("api_token = \"x\"\nrate = \"200/60s\""), &[("SIDETONE_FRONT_INBOX", "Calls")]);
    let config = config.expect("is good");
    assert!(matches!(&config.helpdesk, HelpdeskAccount::Front { inbox, .. } if inbox == "Calls"));
    assert_eq!(config.settings.helpdesk_rate.requests, 200);
    let told = faults(&front("api_token = \"x\"\napi_url = \"http://api2.frontapp.com\""));
    assert!(told.contains("[front] api_url: not usable"), "{told}");
}

const KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

fn draft(text: &str, entered: &[(&str, &str)]) -> Result<Draft, ConfigError> {
    let mut console = Console::default();
    for (key, value) in entered {
        let table: toml::Table = format!("value = {value}").parse().expect("is TOML");
        console.set(key, Some(table["value"].clone()));
    }
    Base::new(text, std::iter::empty()).draft(console)
}

#[test]
fn what_was_entered_completes_what_file_and_environment_do_not_say() {
    let nothing = draft("", &[]).expect("is no error");
    assert!(!nothing.is_complete() && nothing.aircall.is_none() && nothing.helpdesk.is_none());
    assert!(nothing.not_complete().to_string().contains("[hub] admin_token: missing"));
    let told = nothing.complete().expect_err("is not complete").to_string();
    assert!(
        told.contains("[aircall] api_id: missing") && told.contains("[gorgias] api_key: missing"),
        "{told}"
    );

    let entered = [
        ("aircall.api_id", "\"id\""),
        ("aircall.api_token", "\"token\""),
        ("aircall.numbers", "[123, 456]"),
        ("front.api_token", "\"x\""),
        ("front.inbox", "\"Calls\""),
        ("logging.mode", "\"shadow\""),
    ];
    let config = draft("", &entered).expect("is good").complete().expect("is complete");
    assert_eq!(config.settings.lines.len(), 2);
    assert_eq!(config.settings.logging.mode.0, Mode::Shadow);
    assert!(matches!(&config.helpdesk, HelpdeskAccount::Front { inbox, .. } if inbox == "Calls"));
}

#[test]
fn file_and_environment_stand_over_what_was_entered() {
    let entered = [("logging.mode", "\"off\""), ("aircall.numbers", "[1]"), ("logging.language", "\"de\"")];
    let draft = draft(GOOD, &entered).expect("is good");
    assert!(draft.given.contains("logging.mode") && !draft.entered.contains("logging.mode"));
    assert!(draft.entered.contains("logging.language"));
    let config = draft.complete().expect("is complete");
    assert_eq!((config.settings.logging.mode.0, config.settings.lines.len()), (Mode::Live, 2));
    assert_eq!(config.settings.logging.language.code(), "de");
}

#[test]
fn a_wrong_value_that_was_entered_is_left_out_and_told_and_the_rest_holds() {
    let entered =
        [("logging.language", "\"xx\""), ("logging.missed", "\"closed\""), ("aircall.numbers", "\"all\"")];
    let draft =
        draft(GOOD.split("[aircall]").next().unwrap_or_default(), &entered).expect("starts all the same");
    let mut keys: Vec<&str> = draft.left_out.iter().map(|(key, _)| key.as_str()).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["aircall.numbers", "logging.language"]);
    assert!(
        draft.notices.iter().any(|told| told.contains("[logging] language") && told.contains("left out"))
    );
    assert_eq!(draft.settings.logging.missed, sidetone_engine::settings::Keep::Closed);
    // A webhook by hand whose token is lost polls, rather than keeping the program from starting.
    let by_hand = self::draft("", &[("aircall.webhook", "\"manual\"")]).expect("starts all the same");
    assert_eq!((by_hand.settings.arrival, by_hand.left_out.len()), (Arrival::Polling, 1));
}

#[test]
fn what_file_and_environment_begin_they_have_to_end() {
    for (text, told) in [
        ("[aircall]\napi_id = \"id\"", "[aircall] api_token: missing"),
        ("[gorgias]\nemail = \"ada@example.com\"", "[gorgias] api_key: missing"),
        ("[gorgias]\naccount = \"acme\"", "[gorgias] email: missing"),
        ("[aircall.oauth]\nclient_id = \"x\"", "[aircall.oauth] client_secret: missing"),
        ("[front]\ntoken = \"x\"", "[front] token: there is no such key"),
    ] {
        let error = draft(text, &[]).expect_err("is wrong").to_string();
        assert!(error.contains(told), "{told} in {error}");
    }
    let completed = [("aircall.api_token", "\"token\"")];
    assert!(draft("[aircall]\napi_id = \"id\"", &completed).expect("is completed").aircall.is_some());
    // Addresses, limits and apps alone begin nothing.
    let text = "[aircall]\napi_url = \"http://127.0.0.1:1\"\n[gorgias]\napi_url = \"http://127.0.0.1:2\"\n\
                [front]\napi_url = \"http://127.0.0.1:3\"\ninbox = \"Calls\"\n";
    let open = draft(text, &[]).expect("is good");
    assert!(open.aircall.is_none() && open.helpdesk.is_none() && open.inbox == "Calls");
    assert!(draft("[gorgias]\napi_url = \"nowhere\"", &[]).is_err());
}

#[test]
fn apps_are_read_and_never_shown() {
    let app =
        |name: &str| format!("[{name}.oauth]\nclient_id = \"app-of-{name}\"\nclient_secret = \"geheim\"\n");
    let text =
        format!("{}authorize_url = \"https://sign.example.com/in\"\n{}", app("aircall"), app("gorgias"));
    let draft = draft(&text, &[]).expect("is good");
    assert!(draft.apps.gorgias.is_some() && draft.apps.front.is_none());
    let aircall = draft.apps.aircall.clone().expect("is there");
    assert_eq!(aircall.client_id, "app-of-aircall");
    assert_eq!(aircall.client_secret.reveal(), "geheim");
    assert_eq!(aircall.sign_in_url.as_deref(), Some("https://sign.example.com/in"));
    assert!(!format!("{draft:?}").contains("geheim"));
}

#[test]
fn the_key_for_secrets_is_32_bytes_in_base64() {
    let with_key = |key: &str| draft(&format!("[hub]\nsecret_key = \"{key}\""), &[]);
    assert!(with_key(KEY).expect("is good").secret_key.is_some());
    let told = with_key("c2hvcnQ=").expect_err("is wrong").to_string();
    assert!(told.contains("[hub] secret_key: not 32 bytes") && told.contains("openssl rand"), "{told}");
    assert!(!told.contains("c2hvcnQ="));
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("key");
    std::fs::write(&path, format!("{KEY}\n")).expect("writes");
    let text = format!("[hub]\nsecret_key_file = \"{}\"", path.display());
    assert!(draft(&text, &[]).expect("is good").secret_key.is_some());
}

#[test]
fn only_what_an_admin_decides_can_be_entered() {
    for key in ["aircall.numbers", "front.inbox", "logging.mode", "alerts.webhook_url", "hub.public_url"] {
        assert!(is_of_console(key), "{key}");
    }
    for key in
        ["hub.admin_token", "hub.secret_key", "aircall.api_url", "front.oauth_url", "gorgias.oauth.client_id"]
    {
        assert!(!is_of_console(key), "{key}");
    }
}

#[test]
fn who_is_told_of_alerts_is_checked_and_their_secrets_are_not_shown() {
    let alerts = |lines: &str| draft(&format!("[alerts]\n{lines}"), &[]);
    let draft = alerts(
        "smtp = \"smtps://ada%40example.com:geh%3Aeim@mail.example.com\"\nto = [\"ops@example.com\", \"Ada <a@example.com>\"]\n\
         webhook_url = \"https://hooks.example.com/services/T0/geheim?room=9\"",
    )
    .expect("is good");
    let mail = draft.alerts.mail.clone().expect("is there");
    assert_eq!((mail.host.as_str(), mail.port, mail.tls), ("mail.example.com", 465, MailTls::Always));
    let (user, password) = mail.user.clone().expect("signs in");
    assert_eq!((user.as_str(), password.reveal()), ("ada@example.com", "geh:eim"));
    assert_eq!((mail.from.to_string().as_str(), mail.to.len()), ("ada@example.com", 2));
    assert_eq!(draft.alerts.web_hook.as_ref().map(WebHook::host), Some("hooks.example.com"));
    let shown = format!("{draft:?}");
    assert!(!shown.contains("geheim") && !shown.contains("geh:eim") && !shown.contains("geh%3Aeim"));
    // Without STARTTLS nothing is said to a server, unless it is on this computer.
    let to = "from = \"s@example.com\"\nto = \"a@example.com, b@example.com\"";
    for (server, tls, port) in [
        ("smtp://mail.example.com", MailTls::StartTls, 587),
        ("smtp://127.0.0.1:2525", MailTls::None, 2525),
        ("smtp://[::1]:25", MailTls::None, 25),
        ("smtp://localhost", MailTls::None, 587),
    ] {
        let mail =
            alerts(&format!("smtp = \"{server}\"\n{to}")).expect("is good").alerts.mail.expect("is there");
        assert_eq!((mail.tls, mail.port, mail.to.len()), (tls, port, 2), "{server}");
    }
    for (lines, told) in [
        ("webhook_url = \"http://hooks.example.com/x\"", "[alerts] webhook_url: not an https address"),
        ("webhook_url = \"https://ada:geheim@example.com/x\"", "[alerts] webhook_url: not an https address"),
        ("webhook_url = \"https://10.0.0.1/x#y\"", "[alerts] webhook_url: not an https address"),
        ("to = [\"ops@example.com\"]", "[alerts] to: nobody sends mail to them"),
        ("smtp = \"smtps://s%40example.com:geheim@mail.example.com\"", "[alerts] to: missing"),
        ("smtp = \"smtps://s:geheim@mail.example.com\"\nto = [\"a@example.com\"]", "[alerts] from: missing"),
        ("smtp = \"smtps://s:geheim@mail.example.com\"\nto = [\"geheim\"]", "[alerts] to: not a list"),
        (
            "smtp = \"https://s:geheim@mail.example.com\"\nto = [\"a@example.com\"]",
            "[alerts] smtp: not the address",
        ),
        (
            "smtp = \"smtps://geheim@mail.example.com\"\nto = [\"a@example.com\"]",
            "[alerts] smtp: a user without",
        ),
    ] {
        let error = alerts(lines).expect_err(lines).to_string();
        assert!(error.contains(told), "{told} in {error}");
        assert!(!error.contains("geheim"), "{error}");
    }
    // What an admin entered and what does not fit keeps nothing from starting.
    let entered = [("alerts.smtp", "\"smtps://s:x@mail.example.com\""), ("alerts.to", "[\"a@example.com\"]")];
    let draft = self::draft("", &entered).expect("starts all the same");
    assert!(draft.alerts.is_empty());
}
