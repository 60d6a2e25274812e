//! Something to tell besides what the runs tell.

use crate::app::{App, keys::Binding};

/// Something to tell besides what the runs tell.
#[derive(Clone, Debug)]
pub struct Notice {
    /// In one sentence.
    pub sentence: String,
    /// Whether something went wrong.
    pub is_error: bool,
    until: Until,
}

/// How long a notice stays.
#[derive(Clone, Copy, Debug)]
enum Until {
    /// Until somebody closes it.
    Closed,
    /// It answers a key: the next one takes it away.
    Key,
    /// The same, and it says why a key does nothing yet: it goes when that is no longer so.
    Over(&'static Binding),
}

impl Notice {
    /// Whether it answers a key.
    pub(crate) fn is_answer(&self) -> bool {
        !matches!(self.until, Until::Closed)
    }
}

impl App {
    /// Something to tell.
    pub fn notice(&self) -> Option<&Notice> {
        self.out.notice.as_ref()
    }

    /// Shows a notice that is no error.
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

    /// A key was pressed when so many notices had been told: those before have been read, and what was told since answers it.
    /// It may say why the key does nothing yet.
    pub(crate) fn settle_answer(&mut self, notices: u32, why_not: Option<&'static Binding>) {
        if self.out.notices == notices {
            self.out.notice.take_if(|notice| notice.is_answer());
        } else if let Some(notice) = &mut self.out.notice {
            notice.until = why_not.map_or(Until::Key, Until::Over);
        }
    }

    /// A notice goes when what it says is no longer so.
    pub(crate) fn settle_notice(&mut self) {
        let is_over = |notice: &Notice| match notice.until {
            Until::Over(binding) => {
                let why = (binding.why_not)(self).filter(|_| !(binding.when)(self));
                why != Some(&*notice.sentence)
            }
            Until::Closed | Until::Key => false,
        };
        if self.notice().is_some_and(is_over) {
            self.out.notice = None;
        }
    }
}
