//! A mail server and the receiver of a web hook, on this computer: they keep what they are given, or refuse it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// The one account of the mail server.
pub const USER: &str = "sidetone@example.com";
pub const PASSWORD: &str = "kettle-4711-whistles";

/// One mail, as the server was given it.
#[derive(Clone, Debug, Default)]
pub struct Mail {
    pub from: String,
    pub to: Vec<String>,
    /// Head and body, as they came.
    pub text: String,
}

impl Mail {
    /// One line of the head.
    pub fn head(&self, name: &str) -> String {
        let start = format!("{name}: ");
        let mut lines = self.text.lines().skip_while(|line| !line.starts_with(&start));
        let first = lines.next().unwrap_or_default().trim_start_matches(&start).to_owned();
        let more: String = lines.take_while(|line| line.starts_with(' ')).collect();
        first + &more
    }

    /// The body, as a person reads it.
    pub fn body(&self) -> String {
        let body = self.text.split_once("\r\n\r\n").unwrap().1.to_owned();
        match self.head("Content-Transfer-Encoding").as_str() {
            "base64" => {
                let lines: String = body.split_whitespace().collect();
                String::from_utf8(STANDARD.decode(lines).unwrap()).unwrap()
            }
            "quoted-printable" => unquoted(&body),
            _ => body,
        }
    }
}

fn unquoted(text: &str) -> String {
    let text = text.replace("=\r\n", "");
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let [first, after @ ..] = rest {
        if *first == b'=' {
            bytes.push(u8::from_str_radix(std::str::from_utf8(&after[..2]).unwrap(), 16).unwrap());
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// A mail server that speaks SMTP.
#[derive(Clone)]
pub struct MailServer {
    pub address: SocketAddr,
    taken: Arc<Mutex<Vec<Mail>>>,
}

impl MailServer {
    pub async fn start() -> MailServer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = MailServer { address: listener.local_addr().unwrap(), taken: Arc::default() };
        let taken = Arc::clone(&server.taken);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, Arc::clone(&taken)));
            }
        });
        server
    }

    pub fn taken(&self) -> Vec<Mail> {
        self.taken.lock().unwrap().clone()
    }

    /// As `[alerts] smtp` has it.
    pub fn url(&self, password: &str) -> String {
        format!("smtp://{}:{password}@{}", USER.replace('@', "%40"), self.address)
    }
}

/// One conversation: nobody sends anything without the password, and nothing goes to `nobody@`.
async fn converse(stream: TcpStream, taken: Arc<Mutex<Vec<Mail>>>) -> std::io::Result<()> {
    let (reading, mut writing) = stream.into_split();
    let mut lines = BufReader::new(reading).lines();
    writing.write_all(b"220 mail.example.com ESMTP\r\n").await?;
    let (mut mail, mut is_in) = (Mail::default(), false);
    while let Some(line) = lines.next_line().await? {
        let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
        let answer = match verb.to_uppercase().as_str() {
            "EHLO" => "250-mail.example.com\r\n250-8BITMIME\r\n250 AUTH PLAIN".to_owned(),
            "AUTH" => {
                let token = STANDARD.decode(rest.trim_start_matches("PLAIN ")).unwrap_or_default();
                is_in = token == format!("\0{USER}\0{PASSWORD}").into_bytes();
                // Some servers repeat what they were told.
                let told = String::from_utf8_lossy(&token).replace('\0', " ");
                if is_in { "235 2.7.0 in".into() } else { format!("535 5.7.8 wrong password:{told}") }
            }
            "MAIL" if !is_in => "530 5.7.0 sign in first".into(),
            "MAIL" => {
                mail = Mail { from: address(rest), ..Mail::default() };
                "250 2.1.0 so be it".into()
            }
            "RCPT" if rest.contains("nobody@") => "550 5.1.1 nobody of this name".into(),
            "RCPT" => {
                mail.to.push(address(rest));
                "250 2.1.5 known".into()
            }
            "DATA" => {
                writing.write_all(b"354 go on\r\n").await?;
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    mail.text.push_str(line.strip_prefix('.').unwrap_or(&line));
                    mail.text.push_str("\r\n");
                }
                taken.lock().unwrap().push(std::mem::take(&mut mail));
                "250 2.0.0 queued as 4711".into()
            }
            "QUIT" => "221 2.0.0 bye".into(),
            _ => "250 2.0.0 well".into(),
        };
        writing.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}

fn address(rest: &str) -> String {
    rest.split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'))
        .map(|(a, _)| a.to_owned())
        .unwrap_or_default()
}

/// One request to a web hook.
#[derive(Clone, Debug)]
pub struct Posted {
    pub id: String,
    pub body: Value,
}

/// Receives a web hook.
#[derive(Clone)]
pub struct Hook {
    pub address: SocketAddr,
    taken: Arc<Mutex<Vec<Posted>>>,
    refuses: Arc<Mutex<bool>>,
}

impl Hook {
    pub async fn start() -> Hook {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let hook =
            Hook { address: listener.local_addr().unwrap(), taken: Arc::default(), refuses: Arc::default() };
        let routes = Router::new().route("/services/secret-room-9", post(receive)).with_state(hook.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        hook
    }

    pub fn url(&self) -> String {
        format!("http://{}/services/secret-room-9", self.address)
    }

    pub fn taken(&self) -> Vec<Posted> {
        self.taken.lock().unwrap().clone()
    }

    pub fn refuse(&self, refuses: bool) {
        *self.refuses.lock().unwrap() = refuses;
    }
}

async fn receive(State(hook): State<Hook>, head: HeaderMap, body: Bytes) -> (StatusCode, &'static str) {
    if *hook.refuses.lock().unwrap() {
        return (StatusCode::SERVICE_UNAVAILABLE, "no room in /services/secret-room-9");
    }
    let id = head.get("idempotency-key").unwrap().to_str().unwrap().to_owned();
    hook.taken.lock().unwrap().push(Posted { id, body: serde_json::from_slice(&body).unwrap() });
    (StatusCode::OK, "thanks")
}
