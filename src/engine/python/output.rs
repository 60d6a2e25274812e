//! The output of a program: a limited part is kept, the rest is counted.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use nix::{sys::stat::Mode, unistd::mkfifo};

use crate::{
    domain::{
        foreign::cleaned_lines,
        record::{OUTPUT_KEPT, PrintedOutput},
    },
    engine::command::PrintedTally,
};

/// The maximum number of bytes that are read before the caller continues: a program that prints without end must not
/// keep it busy.
const AT_ONCE: usize = 1 << 20;

/// The reading end of a FIFO.
#[derive(Debug)]
pub struct OutputReader {
    /// Readable if something was printed.
    pub fifo: File,
    kept: Vec<u8>,
    bytes: u64,
    /// All that was printed, in numbers.
    pub tally: PrintedTally,
}

impl OutputReader {
    /// Creates the FIFO and opens it for reading.
    ///
    /// # Errors
    /// If the directory is not writable, or the name is already taken.
    pub fn open(path: &Path) -> io::Result<OutputReader> {
        mkfifo(path, Mode::S_IRUSR | Mode::S_IWUSR)?;
        // Opened without waiting for a writer. A later writer will find a reader.
        let fifo = OpenOptions::new()
            .read(true)
            .custom_flags(libc::O_NONBLOCK)
            .open(path)?;
        Ok(OutputReader {
            fifo,
            kept: vec![],
            bytes: 0,
            tally: PrintedTally::default(),
        })
    }

    /// Reads what was printed since the last call, as far as it is available.
    pub fn drain(&mut self) {
        let mut buffer = [0; 16 << 10];
        let mut left = AT_ONCE;
        while left > 0 {
            // Both the lack of data at present (EAGAIN) and the lack of a writer (0) end this round.
            let Ok(read @ 1..) = self.fifo.read(&mut buffer) else {
                return;
            };
            self.bytes += read as u64;
            self.tally.add(&buffer[..read]);
            let room = OUTPUT_KEPT - self.kept.len();
            self.kept.extend_from_slice(&buffer[..read.min(room)]);
            left = left.saturating_sub(read);
        }
    }

    /// The start of the output, at most [`OUTPUT_KEPT`] bytes.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.kept).into_owned()
    }

    /// The output as the record shows it; `None` if nothing was printed.
    pub fn printed(&self) -> Option<PrintedOutput> {
        (self.bytes > 0).then(|| PrintedOutput {
            text: cleaned_lines(self.text().trim_end()),
            bytes: self.bytes,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn the_start_of_the_output_is_kept_and_all_of_it_counted() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("output");
        let mut output = OutputReader::open(&path).unwrap();
        output.drain();
        assert_eq!(output.printed(), None);
        let mut writer = OpenOptions::new().write(true).open(&path).unwrap();
        writer.write_all(b"one\x1b[2J\ntwo\n").unwrap();
        output.drain();
        let printed = output.printed().unwrap();
        assert_eq!(printed.bytes, 12);
        assert!(
            printed.text.ends_with("\ntwo") && !printed.text.contains('\x1b'),
            "{printed:?}"
        );
        for _ in 0..20 {
            writer.write_all(&[b'x'; 4096]).unwrap();
            output.drain();
        }
        assert_eq!(
            (output.text().len(), output.printed().unwrap().bytes),
            (OUTPUT_KEPT, 12 + 20 * 4096)
        );
    }
}
