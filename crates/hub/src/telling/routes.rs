//! `/api/alerts`: who is told, and whether it works. No engine is needed for it.

use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use lettre::message::Mailbox;
use sidetone_protocol::{AlertsSetup, MailEntered, TellingTested, WebHookEntered};
use toml::Value;

use super::Messenger;
use crate::config::Secret;
use crate::house::{Entered, House};
use crate::problem::Problem;
use crate::setup::read;

const MAIL_KEYS: [&str; 3] = ["alerts.smtp", "alerts.to", "alerts.from"];

/// All of them, for admins.
pub(crate) fn routes() -> Router<House> {
    Router::new()
        .route("/api/alerts", get(show))
        .route("/api/alerts/mail", post(mail).delete(forget_mail))
        .route("/api/alerts/web-hook", post(web_hook).delete(forget_web_hook))
        .route("/api/alerts/test", post(test))
}

/// `GET /api/alerts`: who is told. Secrets, and a web hook's path, stay here.
async fn show(State(house): State<House>) -> Json<AlertsSetup> {
    Json(told(&house))
}

fn told(house: &House) -> AlertsSetup {
    let draft = house.draft();
    let mail = draft.alerts.mail.as_ref();
    AlertsSetup {
        server: mail.map(|mail| mail.host.clone()),
        to: mail.map(|mail| mail.to.iter().map(Mailbox::to_string).collect()).unwrap_or_default(),
        from: mail.map(|mail| mail.from.to_string()),
        web_hook: draft.alerts.web_hook.as_ref().map(|hook| hook.host().to_owned()),
        mail_is_given: MAIL_KEYS.iter().any(|key| draft.given.contains(*key)),
        web_hook_is_given: draft.given.contains("alerts.webhook_url"),
    }
}

/// `POST /api/alerts/mail {"smtp": "smtps://…", "to": ["…"]}`: whom mail goes to, and by which server; without `smtp` the
/// server stays. 422 `wrong_value`, 409 `read_only`.
async fn mail(State(house): State<House>, body: Bytes) -> Result<Json<AlertsSetup>, Problem> {
    let asked: MailEntered =
        read(&body, "{\"smtp\": \"smtps://user:password@mail.example.com\", \"to\": [\"ops@example.com\"]}")?;
    let text = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let to = asked.to.iter().filter_map(|to| text(to)).map(Value::String).collect();
    let from = asked.from.as_deref().and_then(text);
    let mut entered = vec![
        Entered::Value("alerts.to", Some(Value::Array(to))),
        Entered::Value("alerts.from", from.map(Value::String)),
    ];
    if let Some(smtp) = asked.smtp.as_deref().and_then(text) {
        entered.push(Entered::Secret("alerts.smtp", Some(Secret::new(smtp))));
    }
    house.keep(entered).await?;
    Ok(Json(told(&house)))
}

/// `DELETE /api/alerts/mail`: nobody is told by mail any more.
async fn forget_mail(State(house): State<House>) -> Result<Json<AlertsSetup>, Problem> {
    house
        .keep(vec![
            Entered::Secret("alerts.smtp", None),
            Entered::Value("alerts.to", None),
            Entered::Value("alerts.from", None),
        ])
        .await?;
    Ok(Json(told(&house)))
}

/// `POST /api/alerts/web-hook {"url": "https://…"}`: where alerts are posted to. 422 `wrong_value`, 409 `read_only`.
async fn web_hook(State(house): State<House>, body: Bytes) -> Result<Json<AlertsSetup>, Problem> {
    let asked: WebHookEntered = read(&body, "{\"url\": \"https://hooks.example.com/sidetone\"}")?;
    let url = Secret::new(asked.url.trim());
    house.keep(vec![Entered::Secret("alerts.webhook_url", Some(url))]).await?;
    Ok(Json(told(&house)))
}

/// `DELETE /api/alerts/web-hook`: nothing is posted any more.
async fn forget_web_hook(State(house): State<House>) -> Result<Json<AlertsSetup>, Problem> {
    house.keep(vec![Entered::Secret("alerts.webhook_url", None)]).await?;
    Ok(Json(told(&house)))
}

/// `POST /api/alerts/test`: sends a test on every way, and tells what each server answered. What could not be told so far is
/// tried again where all went well. 409 `nobody_told`: there is nobody to tell.
async fn test(State(house): State<House>) -> Result<Json<Vec<TellingTested>>, Problem> {
    let draft = house.draft();
    if draft.alerts.is_empty() {
        let told = "Nobody is told by mail or web hook: set [alerts] first.";
        return Err(Problem::new(StatusCode::CONFLICT, "nobody_told", told));
    }
    let language = draft.settings.logging.language;
    let messenger = Messenger::of(draft.alerts.clone(), language, draft.public_url.as_deref());
    let tested = messenger.test().await;
    if tested.iter().all(|tested| tested.accepted)
        && let Some(engine) = house.handle()
    {
        engine.tell_again();
    }
    Ok(Json(tested))
}
