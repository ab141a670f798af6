//! Telling by mail: one plain text, to all addresses, signed in at the configured server.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MessageBuilder};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use super::told_back;
use super::words::Said;
use crate::config::{Mail, MailTls};

/// A server may think about a connection for a while before it greets.
const STEP_WITHIN: Duration = Duration::from_secs(10);

/// What tells mails apart.
pub(super) struct Ids<'a> {
    /// Of this one; the same if it goes out again.
    pub(super) id: &'a str,
    /// Of all about the same cause, so that they are shown together.
    pub(super) thread: Option<&'a str>,
    /// Of the installation.
    pub(super) installation: &'a str,
}

impl Ids<'_> {
    fn named(&self, id: &str) -> String {
        format!("<{id}.{}@sidetone.invalid>", self.installation)
    }
}

/// Nobody's holiday note answers it.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(AutoSubmitted)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// Sends it. Comes back with what the server said.
pub(super) async fn send(mail: &Mail, ids: &Ids<'_>, said: &Said) -> Result<String, String> {
    let message = message(mail, ids, said).map_err(|error| format!("the mail cannot be written: {error}"))?;
    let domain = mail.from.email.domain().to_owned();
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&mail.host)
        .port(mail.port)
        .hello_name(ClientId::Domain(domain))
        .timeout(Some(STEP_WITHIN));
    let parameters =
        || TlsParameters::new(mail.host.clone()).map_err(|error| format!("TLS cannot be set up: {error}"));
    builder = match mail.tls {
        MailTls::Always => builder.tls(Tls::Wrapper(parameters()?)),
        MailTls::StartTls => builder.tls(Tls::Required(parameters()?)),
        MailTls::None => builder.tls(Tls::None),
    };
    if let Some((user, password)) = &mail.user {
        builder = builder.credentials(Credentials::new(user.clone(), password.reveal().to_owned()));
    }
    match builder.build().send(message).await {
        Ok(answer) => {
            let text: Vec<&str> = answer.message().collect();
            Ok(told_back(&format!("{} {}", answer.code(), text.join(" ")), &[]))
        }
        Err(error) => Err(refused(mail, &error)),
    }
}

/// Why the server did not take it.
fn refused(mail: &Mail, error: &lettre::transport::smtp::Error) -> String {
    let mut cause = String::new();
    let mut deeper: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(source) = deeper {
        cause = source.to_string();
        deeper = source.source();
    }
    let text = match (error.status(), cause.is_empty()) {
        (Some(code), false) => format!("{} refused: {code} {cause}", mail.host),
        (Some(code), true) => format!("{} refused: {code}", mail.host),
        (None, false) => format!("{} cannot be reached: {cause}", mail.host),
        (None, true) => format!("{} cannot be reached: {error}", mail.host),
    };
    let password = mail.user.as_ref().map_or("", |(_, password)| password.reveal());
    let user = mail.user.as_ref().map_or("", |(user, _)| user);
    let plain = STANDARD.encode(format!("\0{user}\0{password}"));
    let alone = STANDARD.encode(password);
    told_back(&text, &[&plain, &alone, password])
}

fn message(mail: &Mail, ids: &Ids<'_>, said: &Said) -> Result<Message, lettre::error::Error> {
    let to_all = |builder: MessageBuilder, to: &Mailbox| builder.to(to.clone());
    let builder = Message::builder()
        .from(mail.from.clone())
        .subject(format!("Sidetone: {}", said.title))
        .message_id(Some(ids.named(ids.id)))
        .header(AutoSubmitted)
        .header(ContentType::TEXT_PLAIN);
    let builder = match ids.thread {
        Some(thread) => builder.references(ids.named(thread)),
        None => builder,
    };
    let builder = mail.to.iter().fold(builder, to_all);
    builder.body(said.whole())
}
