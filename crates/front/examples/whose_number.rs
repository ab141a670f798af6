//! Asks Front whose a phone number is, and for that contact's open conversations. It only reads.
//!
//! `FRONT_API_TOKEN=… cargo run -p front --example whose_number -- +33199004455`

#![allow(clippy::print_stdout, reason = "it is what the example is for")]

use std::{env, error::Error};

use bytes::Bytes;
use front::{
    API_URL, APP_URL, Account, ContactRef, Credential, ErrorKind, Rate, Request, StatusFilter, company,
    contacts,
    conversations::{self, ListConversations},
    open_url,
};

type Failure = Box<dyn Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let number = env::args().nth(1).ok_or("name a phone number, like +33199004455")?;
    let token = env::var("FRONT_API_TOKEN").map_err(|_| "put an API token into FRONT_API_TOKEN")?;
    let address = env::var("FRONT_API_URL").unwrap_or_else(|_| API_URL.to_owned());
    let account = Account::new(&address, Credential::bearer(token))?;
    // A 301 is news, not something to be followed blindly.
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;

    let company = ask(&http, &account, &company::current()).await??;
    println!("{} ({})", company.name.unwrap_or_default(), company.id);

    let contact = match ask(&http, &account, &contacts::get(&ContactRef::phone(&number))).await? {
        Ok(contact) => contact,
        Err(error) if *error.kind() == ErrorKind::NotFound => {
            println!("nobody has {number}");
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    println!("{} ({})", contact.name.as_deref().unwrap_or("no name"), contact.id);

    let open = ListConversations {
        statuses: vec![StatusFilter::Assigned, StatusFilter::Unassigned],
        ..ListConversations::default()
    };
    let of_contact = conversations::of_contact(&contact.id.into(), &open);
    for conversation in ask(&http, &account, &of_contact).await??.items {
        let subject = conversation.subject.unwrap_or_default();
        println!("{subject}: {}", open_url(APP_URL, conversation.id.as_str()));
    }
    Ok(())
}

/// Sends a request and reads its answer: what the crate leaves to its caller.
async fn ask<T>(
    http: &reqwest::Client,
    account: &Account,
    request: &Request<T>,
) -> Result<Result<T, front::Error>, Failure> {
    let answer = http.execute(request.to_http(account).try_into()?).await?;
    let mut read = http::Response::new(Bytes::new());
    *read.status_mut() = answer.status();
    *read.headers_mut() = answer.headers().clone();
    *read.body_mut() = answer.bytes().await?;
    if let Some(rate) = Rate::read(read.headers()) {
        println!("  ({} of {} requests left)", rate.remaining, rate.limit);
    }
    Ok(request.parse(&read))
}
