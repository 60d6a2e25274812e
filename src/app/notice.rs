//! Messages to the user besides those of the runs.

use crate::app::{App, keys::Binding};

/// A message to the user besides those of the runs.
#[derive(Clone, Debug)]
pub struct Notice {
    /// The message, in one sentence.
    pub sentence: String,
    /// Whether something went wrong.
    pub is_error: bool,
    until: Until,
}

/// When a notice disappears.
#[derive(Clone, Copy, Debug)]
enum Until {
    /// Until the user closes it.
    Closed,
    /// Until the next key, because it answers a key.
    Key,
    /// It answers a key that does nothing yet, and says why. It disappears with the next key, or when the reason no
    /// longer applies.
    Over(&'static Binding),
}

impl Notice {
    /// Whether the notice answers a key.
    pub(crate) fn is_answer(&self) -> bool {
        !matches!(self.until, Until::Closed)
    }
}

impl App {
    /// The current notice.
    pub fn notice(&self) -> Option<&Notice> {
        self.out.notice.as_ref()
    }

    /// Shows a notice that is not an error.
    pub(crate) fn show_notice(&mut self, sentence: impl Into<String>) {
        self.notify(sentence.into(), false);
    }

    /// Shows a notice of something that went wrong.
    pub(crate) fn show_error(&mut self, sentence: impl Into<String>) {
        self.notify(sentence.into(), true);
    }

    fn notify(&mut self, sentence: String, is_error: bool) {
        self.out.notices += 1;
        self.out.notice = Some(Notice {
            sentence,
            is_error,
            until: Until::Closed,
        });
    }

    /// Updates the notices after a key. `notices` is the number of notices before the key: those have been read, and
    /// any later notice answers the key. `why_not` is the binding if the key does nothing yet.
    pub(crate) fn settle_answer(&mut self, notices: u32, why_not: Option<&'static Binding>) {
        if self.out.notices == notices {
            self.out.notice.take_if(|notice| notice.is_answer());
        } else if let Some(notice) = &mut self.out.notice {
            notice.until = why_not.map_or(Until::Key, Until::Over);
        }
    }

    /// Removes a notice that no longer applies.
    pub(crate) fn settle_notice(&mut self) {
        let is_over = |notice: &Notice| match notice.until {
            Until::Over(binding) => {
                let why = (binding.why_not)(self).filter(|_| !(binding.when)(self));
                why != Some(&*notice.sentence)
            }
            Until::Closed | Until::Key => self.is_over(&notice.sentence),
        };
        if self.notice().is_some_and(is_over) {
            self.out.notice = None;
        }
    }
}
