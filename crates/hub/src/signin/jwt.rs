//! The one thing that is read from a JWT. It is not verified: the token came from the vendor over TLS, and is only ever
//! sent back there.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// `exp`, in unix seconds. `None`: it is no JWT, or does not say.
pub(super) fn expires_at(token: &str) -> Option<i64> {
    let mut parts = token.split('.');
    let (_, claims, _) = (parts.next()?, parts.next()?, parts.next()?);
    let claims = URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?;
    let claims: Value = serde_json::from_slice(&claims).ok()?;
    let exp = claims.get("exp")?;
    exp.as_i64().or_else(|| exp.as_f64().map(|seconds| seconds as i64))
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::URL_SAFE;

    use super::*;

    #[test]
    fn the_end_is_read_from_the_claims() {
        let claims = r#"{"iss":"https://acme.gorgias.com","exp":1790000000,"é":1}"#;
        for claims in [URL_SAFE_NO_PAD.encode(claims), URL_SAFE.encode(claims)] {
            assert_eq!(expires_at(&format!("e30.{claims}.c2ln")), Some(1_790_000_000));
        }
        let odd = URL_SAFE_NO_PAD.encode(r#"{"exp":1790000000.9}"#);
        assert_eq!(expires_at(&format!("e30.{odd}.")), Some(1_790_000_000));
    }

    #[test]
    fn what_is_no_jwt_says_nothing() {
        let no_exp = format!("e30.{}.x", URL_SAFE_NO_PAD.encode("{}"));
        for token in ["", "opaque", "a.b", "a.!!.c", "a.e30.c", &no_exp, "..", "a.bnVsbA.c"] {
            assert_eq!(expires_at(token), None, "{token}");
        }
    }
}
