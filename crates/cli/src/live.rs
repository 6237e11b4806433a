//! `gennaker run --watch`: the report page of a run that goes on, on the loopback interface only.
//!
//! Whoever knows the address sees the page, and nobody else can know it: it holds 128 random bits, and requests that name another host than
//! the loopback address are refused, so that no page from elsewhere can be made to ask for it. Each answer has a thread of its own, for
//! which nobody waits: whoever sends half a request, or does not read what he asked for, holds up neither the others nor the run.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use gennaker::report::page::{Live, Report};
use tiny_http::{Header, Method, Request, Response, Server};

use crate::error::CliError;
use crate::interrupt;
use crate::output::complain;

/// Shortest time between two looks at the run.
const INTERVAL: Duration = Duration::from_millis(500);
/// The first look comes sooner.
const FIRST_LOOK: Duration = Duration::from_millis(100);
/// A look may take one part in this many of the run's time.
const PATIENCE: u32 = 10;
/// How long the finished page waits for somebody to open it.
const WAIT: Duration = Duration::from_secs(60);
/// How long it stays for others once somebody has it: pages ask once a second.
const LINGER: Duration = Duration::from_secs(2);
/// Answers under way at a time; more requests wait for one of them to end.
const MAX_ANSWERS: usize = 64;

/// The server and what it shows.
pub(crate) struct LiveView {
    shared: Arc<Shared>,
    server: Option<JoinHandle<()>>,
    next_look: Instant,
}

#[derive(Default)]
struct Shared {
    report: Mutex<Arc<Report>>,
    is_over: AtomicBool,
    /// Whether somebody has the page of a run that is over.
    is_seen: AtomicBool,
    /// Whether the server has to end.
    is_stopped: AtomicBool,
    n_answers: AtomicUsize,
}

impl LiveView {
    /// Starts the server with a run of `of` ticks that has not begun, and says where it is.
    pub(crate) fn start(title: &str, of: u32) -> Result<Self, CliError> {
        let server = Server::http("127.0.0.1:0").map_err(|error| CliError::Live(error.to_string()))?;
        let host = server.server_addr().to_string();
        let mut bits = [0; 16];
        getrandom::fill(&mut bits).map_err(|error| CliError::Live(error.to_string()))?;
        let token: String = bits.iter().map(|byte| format!("{byte:02x}")).collect();
        complain(&format!("watch at http://{host}/{token}/"));
        let live = Some(Live { tick: 0, of, is_done: false });
        let report = Report { title: title.to_owned(), live, ..Report::default() };
        let shared = Arc::new(Shared { report: Mutex::new(Arc::new(report)), ..Shared::default() });
        let site = Arc::new(Site { host, token, shared: Arc::clone(&shared) });
        let server = Some(std::thread::spawn(move || site.serve(&server)));
        Ok(Self { shared, server, next_look: Instant::now() + FIRST_LOOK })
    }

    /// Whether it is time for another look at the run.
    pub(crate) fn is_due(&self) -> bool {
        Instant::now() >= self.next_look
    }

    /// Shows what a look at the run gives.
    pub(crate) fn show(&mut self, look: impl FnOnce() -> Report) {
        let start = Instant::now();
        self.publish(look());
        self.next_look = Instant::now() + INTERVAL.max(start.elapsed() * PATIENCE);
    }

    fn publish(&self, report: Report) {
        *self.shared.report.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(report);
    }

    /// Shows the last page until somebody has it: at most a minute, or until Ctrl-C.
    pub(crate) fn finish(mut self, report: Report) {
        self.publish(report);
        self.shared.is_over.store(true, Ordering::Release);
        let start = Instant::now();
        let is_seen = || self.shared.is_seen.load(Ordering::Acquire);
        if !is_seen() {
            complain("the run is over; the page waits a minute to be opened (Ctrl-C ends it)");
        }
        wait_while(|| !is_seen() && start.elapsed() < WAIT);
        let seen = Instant::now();
        wait_while(|| is_seen() && seen.elapsed() < LINGER);
        self.stop();
    }

    fn stop(&mut self) {
        self.shared.is_stopped.store(true, Ordering::Release);
        if let Some(server) = self.server.take() {
            // A server that has failed has nobody left to serve.
            let _ = server.join();
        }
    }
}

impl Drop for LiveView {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Waits until a condition ends, or somebody asks for the end.
fn wait_while(goes_on: impl Fn() -> bool) {
    while goes_on() && !interrupt::requested() {
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// What the server's threads know.
struct Site {
    host: String,
    token: String,
    shared: Arc<Shared>,
}

/// An answer: status, kind of content, content.
type Answer = (u16, &'static str, String);

impl Site {
    fn serve(self: &Arc<Self>, server: &Server) {
        const PAUSE: Duration = Duration::from_millis(100);
        while !self.shared.is_stopped.load(Ordering::Acquire) {
            if self.shared.n_answers.load(Ordering::Acquire) >= MAX_ANSWERS {
                std::thread::sleep(PAUSE);
                continue;
            }
            match server.recv_timeout(PAUSE) {
                Ok(Some(request)) => self.reply_aside(request),
                Ok(None) => {}
                Err(_) => return,
            }
        }
    }

    /// Answers in a thread that ends when its client lets it, or with the program.
    fn reply_aside(self: &Arc<Self>, request: Request) {
        let site = Arc::clone(self);
        self.shared.n_answers.fetch_add(1, Ordering::AcqRel);
        std::thread::spawn(move || {
            site.reply(request);
            site.shared.n_answers.fetch_sub(1, Ordering::AcqRel);
        });
    }

    fn reply(&self, request: Request) {
        let host = request.headers().iter().find(|header| header.field.equiv("Host"));
        let host = host.map(|header| header.value.as_str().to_owned());
        let was_over = self.shared.is_over.load(Ordering::Acquire);
        let (status, kind, body) = self.answer(request.method(), request.url(), host.as_deref());
        // In one piece, which every client understands.
        let mut response = Response::from_data(body.into_bytes())
            .with_status_code(status)
            .with_chunked_threshold(usize::MAX);
        let kept = [
            ("Content-Type", kind),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
        ];
        for (field, value) in kept {
            if let Ok(header) = Header::from_bytes(field, value) {
                response.add_header(header);
            }
        }
        // Whoever has hung up misses nothing.
        let is_sent = request.respond(response).is_ok();
        if was_over && is_sent && status == 200 {
            self.shared.is_seen.store(true, Ordering::Release);
        }
    }

    fn answer(&self, method: &Method, url: &str, host: Option<&str>) -> Answer {
        const TEXT: &str = "text/plain; charset=utf-8";
        if host != Some(self.host.as_str()) {
            return (403, TEXT, "this page is for the loopback address only".to_owned());
        }
        let path = url.split(['?', '#']).next().unwrap_or("");
        let page = path.strip_prefix('/').and_then(|path| path.strip_prefix(self.token.as_str()));
        let report = || Arc::clone(&self.shared.report.lock().unwrap_or_else(PoisonError::into_inner));
        match (method, page) {
            (Method::Get, Some("/")) => (200, "text/html; charset=utf-8", report().to_html()),
            (Method::Get, Some("/data.json")) => (200, "application/json", report().to_json()),
            (Method::Get, _) => (404, TEXT, "there is nothing here".to_owned()),
            _ => (405, TEXT, "this page can only be read".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;

    use super::*;

    /// What a server with this page answers to a request, if it does within some seconds.
    fn ask(address: &str, request: &str) -> Option<String> {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok().map(|_| answer)
    }

    #[test]
    fn clients_that_stall_hold_up_nobody() {
        let server = Server::http("127.0.0.1:0").unwrap();
        let host = server.server_addr().to_string();
        // More than the buffers of a connection hold.
        let report = Report { title: "x".repeat(20 << 20), ..Report::default() };
        let shared = Arc::new(Shared { report: Mutex::new(Arc::new(report)), ..Shared::default() });
        let site =
            Arc::new(Site { host: host.clone(), token: "00ff".to_owned(), shared: Arc::clone(&shared) });
        let server = std::thread::spawn(move || site.serve(&server));
        let stalled = [
            format!("POST /00ff/ HTTP/1.1\r\nHost: {host}\r\nContent-Length: 500000\r\n\r\n"),
            format!("GET /00ff/ HTTP/1.1\r\nHost: {host}\r\n\r\n"),
        ]
        .map(|request| {
            let mut stream = TcpStream::connect(&host).unwrap();
            stream.write_all(request.as_bytes()).unwrap();
            stream
        });
        std::thread::sleep(Duration::from_millis(300));
        let request = format!("GET /00fe/ HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        assert!(ask(&host, &request).is_some_and(|answer| answer.starts_with("HTTP/1.1 404")));
        shared.is_stopped.store(true, Ordering::Release);
        let start = Instant::now();
        server.join().unwrap();
        assert!(start.elapsed() < Duration::from_secs(5), "the server did not end");
        drop(stalled);
    }

    fn site() -> Site {
        Site { host: "127.0.0.1:4711".to_owned(), token: "00ff".to_owned(), shared: Arc::default() }
    }

    #[test]
    fn only_who_knows_the_address_gets_the_page() {
        let status = |method: Method, url, host| site().answer(&method, url, host).0;
        let own = Some("127.0.0.1:4711");
        for url in ["/00ff/", "/00ff/data.json", "/00ff/?population=1"] {
            assert_eq!(status(Method::Get, url, own), 200, "{url}");
        }
        for url in ["/", "", "/00fe/", "/00ff", "/00ff/../", "/00ff/run.json", "/00FF/", "00ff/", "/00ff0/"] {
            assert_eq!(status(Method::Get, url, own), 404, "{url}");
        }
        for host in [None, Some("localhost:4711"), Some("elsewhere.example"), Some("127.0.0.1")] {
            assert_eq!(status(Method::Get, "/00ff/", host), 403, "{host:?}");
        }
        assert_eq!(status(Method::Post, "/00ff/", own), 405);
    }
}
