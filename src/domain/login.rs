//! User names, passwords and tokens in addresses: how they are sent, and how everything else hides them.

use std::borrow::Cow;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use percent_encoding::percent_decode_str;

use super::{
    address::{HIDDEN, masked_in, secret_values, split_login},
    text::with_tilde,
};

/// The user name and password that a request for a page sends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Login<'a> {
    /// As in the address, percent-encoded.
    user: &'a str,
    password: &'a str,
}

impl<'a> Login<'a> {
    /// The login of an address, if it has one.
    pub fn of(address: &'a str) -> Option<Login<'a>> {
        let (_, login, _) = split_login(address)?;
        let (user, password) = login.split_once(':').unwrap_or((login, ""));
        Some(Login { user, password })
    }

    /// The value of the header `Authorization` for Basic authentication (RFC 7617).
    pub fn authorization(self) -> String {
        format!("Basic {}", self.token())
    }

    fn token(self) -> String {
        let [user, password] =
            [self.user, self.password].map(|text| percent_decode_str(text).collect::<Vec<_>>());
        BASE64_STANDARD.encode([user, password].join(&b':'))
    }

    /// All forms in which the login may occur. A user name without a password is hidden, too, because it is often a
    /// token.
    fn secrets(self) -> Vec<String> {
        let Login { user, password } = self;
        let secret = if password.is_empty() { user } else { password };
        if secret.is_empty() {
            return vec![];
        }
        vec![
            format!("{user}:{password}"),
            secret.into(),
            percent_decode_str(secret).decode_utf8_lossy().into_owned(),
            self.token(),
        ]
    }
}

/// The address without its user name and password, for code that may quote it.
pub fn without_login(address: &str) -> Cow<'_, str> {
    match split_login(address) {
        Some((scheme, _, rest)) => format!("{scheme}{rest}").into(),
        None => address.into(),
    }
}

/// A shorter value of a query is not looked for in texts, because it would be found in many.
const VALUE_MIN_BYTES: usize = 6;

/// Passwords and tokens, in every form in which an untrusted text may contain them, and the user's home directory.
#[derive(Default)]
pub struct Secrets {
    /// The longest first, because one may be part of another.
    texts: Vec<String>,
    home: String,
}

impl Secrets {
    /// The secrets of these addresses, and this directory of the user.
    pub fn of(addresses: &[String], home: String) -> Secrets {
        let logins = addresses.iter().filter_map(|address| Login::of(address));
        let values = addresses.iter().flat_map(|address| values(address));
        let mut texts: Vec<String> = logins.flat_map(Login::secrets).chain(values).collect();
        texts.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        texts.dedup();
        Secrets { texts, home }
    }

    /// The text with `***` in place of each secret, and of what [`masked_in`] hides, and with `~` in place of the home
    /// directory.
    pub fn concealed_in(&self, text: &str) -> String {
        // At equal positions the longest comes first.
        let first_in = |rest: &str| {
            let found = |secret: &String| Some((rest.find(secret)?, secret.len()));
            self.texts
                .iter()
                .filter_map(found)
                .min_by_key(|(at, _)| *at)
        };
        let mut concealed = String::with_capacity(text.len());
        let mut rest = text;
        // One pass, so that the replacement of a secret is not searched again.
        while let Some((at, length)) = first_in(rest) {
            concealed.push_str(&rest[..at]);
            concealed.push_str(HIDDEN);
            rest = &rest[at + length..];
        }
        with_tilde(&masked_in(&(concealed + rest)), &self.home)
    }
}

/// The secret values of an address's query, as they are written and decoded.
fn values(address: &str) -> Vec<String> {
    let values = secret_values(address).map(|at| &address[at]);
    values
        .filter(|value| value.len() >= VALUE_MIN_BYTES)
        .flat_map(|value| {
            let decoded = percent_decode_str(value).decode_utf8_lossy().into_owned();
            [value.to_owned(), decoded]
        })
        .collect()
}

/// Debug output must not show the secrets.
impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secrets({})", self.texts.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_taken_out_of_the_address_and_sent_decoded() {
        for (address, bare, login) in [
            (
                "http://anna:SECRET@h:81/a?b",
                "http://h:81/a?b",
                Some("anna:SECRET"),
            ),
            (
                "http://anna:p%40s%3As%2Fw@h",
                "http://h",
                Some("anna:p@s:s/w"),
            ),
            ("http://anna:one:two@h/", "http://h/", Some("anna:one:two")),
            ("http://token@[::1]:81/", "http://[::1]:81/", Some("token:")),
            ("http://:word@h/", "http://h/", Some(":word")),
            ("http://@h/", "http://h/", Some(":")),
            (
                "http://h/@someone?a=b:c@d",
                "http://h/@someone?a=b:c@d",
                None,
            ),
        ] {
            assert_eq!(without_login(address), bare);
            let expected = login.map(|login| format!("Basic {}", BASE64_STANDARD.encode(login)));
            assert_eq!(
                Login::of(address).map(Login::authorization),
                expected,
                "{address}"
            );
        }
    }

    #[test]
    fn no_form_of_a_password_stays_in_a_text() {
        let addresses = [
            "http://anna:p%40ss@h/",
            "http://token@h/",
            "http://ben:*@h/",
            "http://@h/",
            "http://h/?page=1&token=T%2FOKEN&key=1",
        ];
        let secrets = Secrets::of(&addresses.map(String::from), "/home/anna".into());
        for (text, concealed) in [
            ("nonnumeric port: 'p@ss@h'", "nonnumeric port: '***@h'"),
            (
                "http://anna:p%40ss@h/ twice: p%40ss",
                "http://***@h/ twice: ***",
            ),
            ("Basic YW5uYTpwQHNz!", "Basic ***!"),
            ("a token of anna's", "a *** of anna's"),
            ("* and ***", "*** and *********"),
            ("T/OKEN and T%2FOKEN", "*** and ***"),
            (
                "'/home/anna/x', /home/annabel, /home/anna",
                "'~/x', /home/annabel, ~",
            ),
            ("ö", "ö"),
        ] {
            assert_eq!(secrets.concealed_in(text), concealed);
        }
        assert!(!format!("{secrets:?}").contains("word"));
    }
}
