//! Whether the token that somebody pasted is that of the webhook which leads here: else each of its events is refused.

use std::time::Duration;

use aircall::{Paging, Webhook};
use sidetone_engine::webhooks::owner;
use url::Url;

use crate::config::Secret;
use crate::house::House;

/// Where Aircall sends events; an installation's id may follow.
const PATH: &str = "/webhooks/aircall";
/// A list is read so far, 50 on a page.
const MOST_PAGES: usize = 20;
const WITHIN: Duration = Duration::from_secs(10);

/// Whether Aircall shows webhooks that lead to `public_url`, and none of them has this token. Nobody is told so where
/// Aircall does not tell, or shows none: a proxy may have another address.
pub(super) async fn is_anothers(house: &House, public_url: &str, pasted: &Secret) -> bool {
    let Ok(Some(webhooks)) = tokio::time::timeout(WITHIN, all(house)).await else { return false };
    let ours = house.handle().map(|engine| engine.installation());
    let made_by_us = |webhook: &Webhook| {
        let owner = webhook.url.as_deref().and_then(owner);
        owner.is_some() && owner == ours
    };
    let leads_here = |webhook: &&Webhook| {
        let url = webhook.url.as_deref().unwrap_or_default();
        leads_to(url, public_url) && !made_by_us(webhook)
    };
    let tokens = webhooks.iter().filter(leads_here).filter_map(|webhook| webhook.token.as_ref());
    let mut tokens = tokens.peekable();
    tokens.peek().is_some() && !tokens.any(|token| token.reveal() == pasted.reveal())
}

/// All webhooks that Aircall shows; `None`: it does not.
async fn all(house: &House) -> Option<Vec<Webhook>> {
    let (draft, transport) = (house.draft(), house.transport());
    let (account, _) = draft.aircall.as_ref()?;
    let (mut webhooks, mut next) = (Vec::new(), Some(aircall::webhooks::list(Paging::default())));
    for _ in 0..MOST_PAGES {
        let Some(request) = next.take() else { break };
        let page = request.parse(&transport.send(request.to_http(account)).await.ok()?).ok()?;
        next = request.next_page(&page);
        webhooks.extend(page.items);
    }
    Some(webhooks)
}

fn leads_to(url: &str, public_url: &str) -> bool {
    let (Ok(url), Ok(here)) = (Url::parse(url), Url::parse(public_url)) else { return false };
    let path = format!("{}{PATH}", here.path().trim_end_matches('/'));
    let rest = url.path().strip_prefix(path.as_str());
    url.host_str() == here.host_str()
        && url.port_or_known_default() == here.port_or_known_default()
        && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_leads_here_by_host_port_and_path() {
        let here = "https://hub.example.com/sidetone";
        for (url, is_so) in [
            ("https://hub.example.com/sidetone/webhooks/aircall", true),
            ("https://HUB.example.com:443/sidetone/webhooks/aircall/", true),
            ("https://hub.example.com/sidetone/webhooks/aircall/11111111-2222-4333-8444-555555555555", true),
            ("https://hub.example.com/webhooks/aircall", false),
            ("https://hub.example.com:8443/sidetone/webhooks/aircall", false),
            ("https://crm.example.com/sidetone/webhooks/aircall", false),
            ("https://hub.example.com/sidetone/webhooks/aircalls", false),
            ("", false),
        ] {
            assert_eq!(leads_to(url, here), is_so, "{url}");
        }
    }
}
