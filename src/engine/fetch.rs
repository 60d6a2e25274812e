//! Fetches one page over one new connection, in a way that can be watched and stopped.
//!
//! The protocols are implemented by ureq and rustls, but everything that can block is implemented here: name lookup,
//! connecting, reading and writing wait in `poll` for the socket *and* for the run's stop latch, so that a cancelled
//! run ends at once whatever the server does. Each wait is made inside [`BlockingCall`], so that a worker of an
//! interpreter does not hold its lock meanwhile.
//!
//! Nothing is reused, and nothing is taken from the environment. Each fetch has its own connection, straight to its
//! server, so that fetches cost the same wherever they run.

mod authorities;
mod error;
mod network;
mod redirect;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use authorities::tls_for;
use error::{NOT_HTTP, explain, failed};
use network::{Network, system_lookup};
use serde::{Deserialize, Serialize};
use ureq::{
    Agent, Body,
    http::{Response, StatusCode},
};

use super::{error::Unfinished, latch::Latch};
use crate::domain::{
    address::{MAX_ADDRESS_BYTES, check_address},
    addresses::FETCH_TIMEOUT_S,
    login::{Login, without_login},
};

/// The size of the buffer for writing requests, in bytes: a request line fits.
const OUTPUT_BUFFER_BYTES: usize = 2 * MAX_ADDRESS_BYTES;

/// The maximum number of headers: what Python's parser accepts.
const HEADERS_MAX: usize = 99;

/// The limits of one whole fetch with all its redirects. The Python models get the same numbers with their order.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct FetchLimits {
    /// The time limit for lookup, connecting, TLS, redirects, and the body to its last byte, in seconds.
    pub timeout_s: f64,
    /// The maximum number of redirects.
    pub redirects: u32,
    /// The maximum size of an answer's head, in bytes.
    pub head_bytes: usize,
    /// The maximum size of a page, in bytes.
    pub body_bytes: u64,
}

impl Default for FetchLimits {
    fn default() -> Self {
        Self {
            timeout_s: FETCH_TIMEOUT_S,
            redirects: 5,
            head_bytes: 64 << 10,
            body_bytes: 64 << 20,
        }
    }
}

/// Does before the gate opens what the first fetch of these addresses would otherwise do: reading certificates.
pub fn prepare(addresses: &[String]) {
    addresses.iter().for_each(|address| drop(tls_for(address)));
}

/// Makes one call that may block, on the fetching thread. An emulated interpreter lock is released for it.
///
/// What follows the call may itself take long, for example getting that lock back. That time counts towards the timeout
/// of the fetch, as it does in a real interpreter. The calls are never nested. Steps that need no waiting are not made
/// this way: an address that is an IP literal, bytes that have already been read, and the computing of TLS.
pub type BlockingCall = fn(&mut dyn FnMut());

/// Fetches pages for one worker.
///
/// Create it in the process that uses it, after the fork. Creating it is cheap.
#[derive(Debug)]
pub struct Fetcher {
    network: Network,
    limits: FetchLimits,
}

impl Fetcher {
    /// A fetcher whose fetches are cancelled as soon as `stop` opens. They time out after the time in `limits`.
    pub fn new(stop: Arc<Latch>, limits: FetchLimits, around: BlockingCall) -> Self {
        Self {
            network: Network {
                stop,
                around,
                lookup: system_lookup,
                tls: Arc::default(),
            },
            limits,
        }
    }

    /// Fetches `url`, an address that passes [`check_address`], with one GET over one new connection for it and one for
    /// each redirect. Redirects are followed up to the limit, and only to http and https addresses. A user name and
    /// password in the address are sent with the request and passed to no library otherwise.
    ///
    /// Returns the body as it arrived: no encoding is requested, and none is decoded. Names are looked up in a helper
    /// thread, because nothing can interrupt a lookup. If the fetch is cancelled or times out meanwhile, that thread
    /// stays until the system's resolver gives up.
    ///
    /// # Errors
    ///
    /// Anything but a complete answer within the limits with a status from 200 to 399. The sentence starts with `url`,
    /// without user name and password, even after a redirect to another address. It has no full stop.
    pub fn get(&self, url: &str) -> Result<Vec<u8>, Unfinished> {
        check_address(url).map_err(|wrong| failed(url, &wrong))?;
        let explained =
            |had_head| move |error| explain(url, had_head, self.limits.timeout_s, error);
        let deadline = Instant::now() + Duration::from_secs_f64(self.limits.timeout_s);
        let mut address = url.to_owned();
        for _ in 0..=self.limits.redirects {
            let left = deadline.saturating_duration_since(Instant::now());
            let mut response = self.request(&address, left).map_err(explained(false))?;
            if response.headers().len() > HEADERS_MAX {
                return Err(failed(url, NOT_HTTP));
            }
            let target = redirect::target(&address, &response);
            match target.map_err(|wrong| failed(url, wrong))? {
                Some(target) => address = target,
                None => {
                    refuse_error(url, response.status())?;
                    let body = self.read(response.body_mut());
                    return body.map_err(explained(true));
                }
            }
        }
        let most = self.limits.redirects;
        let what = format!("the server redirects more than {most} times");
        Err(failed(url, &what))
    }

    /// One request over one connection, including the answer's head. The agent is created for this request alone,
    /// because ureq accepts a new timeout per agent without losing its cache of TLS settings.
    fn request(&self, address: &str, left: Duration) -> Result<Response<Body>, ureq::Error> {
        let (connector, resolver) = (self.network.clone(), self.network.clone());
        let config = Agent::config_builder()
            .timeout_global(Some(left))
            // Sentences about statuses are made in this module.
            .http_status_as_error(false)
            // Redirects are followed here, see `redirect`. 0 returns them as answers.
            .max_redirects(0)
            // The default comes from http_proxy and similar variables.
            .proxy(None)
            .tls_config(tls_for(address))
            .user_agent(concat!("pconc-tui/", env!("CARGO_PKG_VERSION")))
            .accept_encoding("identity")
            .max_response_header_size(self.limits.head_bytes)
            // Larger than the limit of a head, so that a head that exceeds the limit is noticed. A page arrives in
            // blocks of at most this size, and the lock is released for each.
            .input_buffer_size(2 * self.limits.head_bytes)
            .output_buffer_size(OUTPUT_BUFFER_BYTES)
            .max_idle_connections(0)
            .max_idle_connections_per_host(0)
            .build();
        let agent = Agent::with_parts(config, connector, resolver);
        let mut request = agent
            .get(&*without_login(address))
            .header("Connection", "close");
        if let Some(login) = Login::of(address) {
            request = request.header("Authorization", login.authorization());
        }
        request.call()
    }

    fn read(&self, body: &mut Body) -> Result<Vec<u8>, ureq::Error> {
        let most = self.limits.body_bytes;
        if body
            .content_length()
            .is_some_and(|announced| announced > most)
        {
            // The announced length is enough to refuse it without reading.
            return Err(ureq::Error::BodyExceedsLimit(most));
        }
        body.with_config().limit(most).read_to_vec()
    }
}

fn refuse_error(url: &str, status: StatusCode) -> Result<(), Unfinished> {
    // A part of a page was not requested.
    let is_part = status == StatusCode::PARTIAL_CONTENT;
    if (200..400).contains(&status.as_u16()) && !is_part {
        return Ok(());
    }
    // The server's own reason phrase is not used: it is untrusted text, and HTTP/2 and HTTP/3 have none.
    let reason = status.canonical_reason().unwrap_or_default();
    let what = format!("the server answered {} {reason}", status.as_u16());
    Err(failed(url, what.trim_end()))
}

#[cfg(test)]
mod tests;
