//! Connections: taken in and served until they end or the hub stops. One that never gets to the end of its headers is
//! closed, so that nobody holds many open for nothing; bodies have their own bound (`receiver.rs`).

use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::serve::Listener;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Headers come within this time, and so does the next request on a connection that is kept. Longer than proxies keep
/// theirs (nginx 60 s, Caddy 120 s): closed by us at the moment of its use, one would cost a webhook.
pub(crate) const HEADERS_WITHIN: Duration = Duration::from_secs(150);

/// Serves until it is stopped; then takes nothing in any more and ends with the last connection.
pub(crate) async fn serve(
    mut listener: TcpListener,
    routes: Router,
    headers_within: Duration,
    mut stopped: watch::Receiver<bool>,
) {
    let mut server = Builder::new(TokioExecutor::new()).http1_only();
    server.http1().timer(TokioTimer::new()).header_read_timeout(headers_within);
    let mut open = JoinSet::new();
    loop {
        let until = stopped.clone();
        tokio::select! {
            (stream, _) = Listener::accept(&mut listener) => {
                open.spawn(converse(server.clone(), stream, routes.clone(), until));
            }
            Some(_) = open.join_next() => {}
            () = stop(&mut stopped) => break,
        }
    }
    drop(listener);
    while open.join_next().await.is_some() {}
}

async fn converse(
    server: Builder<TokioExecutor>,
    stream: TcpStream,
    routes: Router,
    mut stopped: watch::Receiver<bool>,
) {
    let mut connection =
        pin!(server.serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes)));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop(&mut stopped) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

async fn stop(stopped: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone: then it is time to stop, too.
    let _ = stopped.wait_for(|stop| *stop).await;
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn a_connection_that_never_ends_its_headers_is_closed() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
        let address = listener.local_addr().expect("is bound");
        let (stop, stopped) = watch::channel(false);
        let routes = Router::new().route("/", get(|| async { "here" }));
        let serving = tokio::spawn(serve(listener, routes, Duration::from_millis(300), stopped));
        for begun in ["", "GET / HTTP/1.1\r\nhost: hub.exam"] {
            let mut stream = TcpStream::connect(address).await.expect("connects");
            stream.write_all(begun.as_bytes()).await.expect("writes");
            let mut told = Vec::new();
            let closed = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut told)).await;
            assert!(closed.is_ok(), "still open after {begun:?}");
        }
        let mut stream = TcpStream::connect(address).await.expect("connects");
        stream.write_all(b"GET / HTTP/1.1\r\nhost: hub.example.com\r\n\r\n").await.expect("writes");
        let mut told = [0; 12];
        stream.read_exact(&mut told).await.expect("answers");
        assert_eq!(&told, b"HTTP/1.1 200");
        stop.send(true).expect("serves");
        tokio::time::timeout(Duration::from_secs(10), serving).await.expect("ends").expect("ends well");
    }
}
