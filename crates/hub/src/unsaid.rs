//! A vendor, or a proxy on the way, may answer a refusal with the request that it refused. What Sidetone tells of a refusal
//! goes into logs, windows and reports, so the credential is taken out where the answer comes in (B12).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Response, header};

/// Stands where it stood.
const UNSAID: &[u8] = "…".as_bytes();
/// What is shorter is no secret, and may be a part of any text.
const SHORTEST: usize = 4;

/// The credential that a request carries, in every spelling in which it could come back.
pub(crate) fn credential(head: &HeaderMap) -> Vec<Vec<u8>> {
    let Some(value) = head.get(header::AUTHORIZATION).map(|value| value.as_bytes().to_vec()) else {
        return Vec::new();
    };
    let token: Vec<u8> = value.iter().skip_while(|byte| **byte != b' ').skip(1).copied().collect();
    let plain = STANDARD.decode(&token).unwrap_or_default();
    let secret = plain.iter().position(|byte| *byte == b':').map(|at| plain[at + 1..].to_vec());
    let secret = secret.unwrap_or_default();
    // An app's secret is encoded before that (RFC 6749 §2.3.1).
    let decoded: Vec<u8> = percent_encoding::percent_decode(&secret).collect();
    let told = [&token, &secret, &decoded].map(|one| spellings(&String::from_utf8_lossy(one)));
    longest_first(told.into_iter().flatten().chain([token.clone(), plain]).collect())
}

/// How a text may come back: as it is, in a form, in a URL, in JSON.
fn spellings(text: &str) -> [Vec<u8>; 5] {
    let form: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let in_url = form.replace('+', "%20");
    let quoted = serde_json::Value::from(text).to_string();
    let in_json = quoted[1..quoted.len() - 1].to_owned();
    let slashes = in_json.replace('/', "\\/");
    [text.to_owned(), form, in_url, in_json, slashes].map(String::into_bytes)
}

/// Others may be a part of the longer ones.
fn longest_first(mut spellings: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    spellings.retain(|spelling| spelling.len() >= SHORTEST);
    spellings.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    spellings.dedup();
    spellings
}

/// Members of a token request that nobody else may see (RFC 6749, RFC 7009, RFC 7636).
const SECRET_MEMBERS: &[&str] =
    &["client_secret", "code", "code_verifier", "refresh_token", "access_token", "token"];

/// The secrets that a form carries, in every spelling in which they could come back.
pub(crate) fn of_form(form: &[u8]) -> Vec<Vec<u8>> {
    let members = url::form_urlencoded::parse(form);
    let secrets = members.filter(|(name, _)| SECRET_MEMBERS.contains(&name.as_ref()));
    longest_first(secrets.flat_map(|(_, value)| spellings(&value)).collect())
}

/// The answer without it, unless it is a good one.
pub(crate) fn without(credential: &[Vec<u8>], answer: Response<Bytes>) -> Response<Bytes> {
    if answer.status().is_success() || credential.is_empty() {
        return answer;
    }
    answer.map(|body| credential.iter().fold(body, |body, spelling| replaced(body, spelling)))
}

fn replaced(body: Bytes, secret: &[u8]) -> Bytes {
    let Some(first) = found(&body, secret) else { return body };
    let (mut told, mut rest) = (Vec::with_capacity(body.len()), &body[..]);
    let mut next = Some(first);
    while let Some(at) = next {
        told.extend_from_slice(&rest[..at]);
        told.extend_from_slice(UNSAID);
        rest = &rest[at + secret.len()..];
        next = found(rest, secret);
    }
    told.extend_from_slice(rest);
    told.into()
}

fn found(body: &[u8], secret: &[u8]) -> Option<usize> {
    body.windows(secret.len()).position(|part| part == secret)
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::extract::Request;
    use axum::http::StatusCode;
    use futures_util::TryStreamExt as _;
    use sidetone_engine::transport::Transport as _;

    use super::*;
    use crate::transport::HttpTransport;

    /// Answers with what it was sent.
    async fn gossip(request: Request) -> (StatusCode, String) {
        let sent = request.headers()[header::AUTHORIZATION].to_str().unwrap_or_default().to_owned();
        let plain = STANDARD.decode(sent.trim_start_matches("Basic ")).unwrap_or_default();
        let status = if request.uri().path() == "/good" { StatusCode::OK } else { StatusCode::FORBIDDEN };
        (status, format!("you sent {sent}, which is {}", String::from_utf8_lossy(&plain)))
    }

    #[tokio::test]
    async fn what_was_sent_does_not_come_back_with_a_refusal() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let serving = tokio::spawn(axum::serve(listener, Router::new().fallback(gossip)).into_future());
        let transport = HttpTransport::new().expect("is made");
        let ask = async |path: &str, sent: &str| {
            let request = http::Request::get(format!("http://{address}{path}")).header("authorization", sent);
            let answer =
                transport.send(request.body(Bytes::new()).expect("a request")).await.expect("answers");
            String::from_utf8_lossy(answer.body()).into_owned()
        };
        let basic = format!("Basic {}", STANDARD.encode("ada@example.com:geheim"));
        assert_eq!(ask("/", &basic).await, "you sent Basic …, which is …");
        assert_eq!(ask("/", "Bearer geheim-geheim").await, "you sent Bearer …, which is ");
        assert!(ask("/good", &basic).await.contains("geheim"), "what is asked for is left as it is");
        serving.abort();
    }

    #[tokio::test]
    async fn nor_with_the_refusal_of_a_file() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let serving = tokio::spawn(axum::serve(listener, Router::new().fallback(gossip)).into_future());
        let transport = HttpTransport::new().expect("is made");
        let ask = async |path: &str| {
            let request = http::Request::get(format!("http://{address}{path}"))
                .header("authorization", "Bearer geheim-geheim")
                .body(None)
                .expect("a request");
            let answer = transport.stream(request).await.expect("answers");
            let pieces: Vec<Bytes> = answer.into_body().try_collect().await.expect("comes");
            String::from_utf8_lossy(&pieces.concat()).into_owned()
        };
        assert_eq!(ask("/").await, "you sent Bearer …, which is ");
        assert!(ask("/good").await.contains("geheim"), "what is asked for is left as it is");
        serving.abort();
    }

    #[test]
    fn what_a_token_request_carries_is_known_in_every_spelling() {
        let secrets = of_form(b"grant_type=refresh_token&client_id=sidetone&client_secret=a%2Fb%22+c&refresh_token=rrrr&code=xyz");
        let told = r#"sidetone a/b" c a%2Fb%22+c {"client_secret":"a/b\" c"} rrrr xyz refresh_token"#;
        let answer = Response::builder().status(400).body(Bytes::from_static(told.as_bytes()));
        let answer = without(&secrets, answer.expect("an answer"));
        assert_eq!(
            String::from_utf8_lossy(answer.body()),
            r#"sidetone … … {"client_secret":"…"} … xyz refresh_token"#,
            "what is shorter than a secret stays"
        );
    }

    #[test]
    fn an_apps_secret_is_known_as_it_was_before_it_was_encoded() {
        let basic = format!("Basic {}", STANDARD.encode("sidetone:ge%2Fheim%3D"));
        let mut head = HeaderMap::new();
        head.insert(header::AUTHORIZATION, basic.parse().expect("a value"));
        let told = r#"ge/heim= ge%2Fheim%3D {"secret":"ge\/heim="}"#;
        let answer = Response::builder().status(401).body(Bytes::from_static(told.as_bytes()));
        let answer = without(&credential(&head), answer.expect("an answer"));
        assert_eq!(String::from_utf8_lossy(answer.body()), r#"… … {"secret":"…"}"#);
    }

    #[test]
    fn each_place_is_found_and_the_rest_stays() {
        let secret = b"geheim".to_vec();
        let told = |text: &'static str| {
            let answer = Response::builder().status(500).body(Bytes::from_static(text.as_bytes()));
            let answer = without(std::slice::from_ref(&secret), answer.expect("an answer"));
            String::from_utf8_lossy(answer.body()).into_owned()
        };
        assert_eq!(told("geheim geheimgeheim, geheime"), "… ……, …e");
        assert_eq!(told("nothing of it"), "nothing of it");
        assert_eq!(told(""), "");
        assert!(credential(&HeaderMap::new()).is_empty());
    }
}
