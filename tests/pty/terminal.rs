//! A pseudo-terminal with the program in it, and the screen that a user would see.

use std::{
    collections::BTreeSet,
    fs,
    io::{Read, Write},
    num::NonZeroU16,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, SlavePty, native_pty_system};

/// The time between two checks of a condition.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// The time limit for what takes no time on an idle machine.
const SOON: Duration = Duration::from_secs(20);

const PROGRAM: &str = env!("CARGO_BIN_EXE_pconc-tui");

/// Checks until `condition` is true. Returns whether that was before `limit` was over.
pub fn wait_until(limit: Duration, mut condition: impl FnMut() -> bool) -> bool {
    let begun = Instant::now();
    loop {
        if condition() {
            return true;
        }
        if begun.elapsed() > limit {
            return false;
        }
        thread::park_timeout(LOOK_EVERY);
    }
}

/// The data that the reader of the terminal's other end has received.
struct Seen {
    screen: vt100::Parser,
    ever_alternate: bool,
}

/// The program in a terminal. All its remaining processes are killed at the end.
pub struct Terminal {
    master: Box<dyn MasterPty + Send>,
    /// Kept open, because the system forgets the modes of a terminal that is not open in any process.
    _slave: Box<dyn SlavePty + Send>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    seen: Arc<Mutex<Seen>>,
    reading: Arc<AtomicBool>,
    reader: Option<JoinHandle<()>>,
    first_modes: String,
    session: Session,
}

impl Terminal {
    /// Starts the program in a terminal of this size, with these variables in its environment.
    pub fn start(columns: u16, rows: u16, variables: &[(&str, &str)]) -> Terminal {
        Terminal::start_with(columns, rows, &[], variables)
    }

    /// Starts it with these arguments.
    pub fn start_with(
        columns: u16,
        rows: u16,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Terminal {
        let mut command = CommandBuilder::new(PROGRAM);
        command.args(arguments);
        // Runs of tests must not get into the user's history.
        if !arguments.contains(&"--history") {
            command.arg("--no-history");
        }
        Terminal::spawn(columns, rows, command, variables)
    }

    /// Starts it in this directory.
    pub fn start_in(directory: &Path) -> Terminal {
        Terminal::start_in_with(directory, &[])
    }

    /// Starts it in this directory with these arguments.
    pub fn start_in_with(directory: &Path, arguments: &[&str]) -> Terminal {
        let mut command = CommandBuilder::new(PROGRAM);
        command.args(arguments);
        command.arg("--no-history");
        command.cwd(directory);
        Terminal::spawn(120, 40, command, &[])
    }

    /// Starts it from a shell with job control. The shell prints `STOPPED` when the program was suspended, and wakes it
    /// at the next line that is typed. It prints `ENDED` with the exit code when the program has exited.
    pub fn start_in_shell(columns: u16, rows: u16) -> Terminal {
        let mut command = CommandBuilder::new("sh");
        let script =
            "set -m; \"$0\" --no-history; echo STOPPED; read line; fg >/dev/null; echo ENDED $?";
        command.args(["-c", script, PROGRAM]);
        Terminal::spawn(columns, rows, command, &[])
    }

    fn spawn(
        columns: u16,
        rows: u16,
        mut command: CommandBuilder,
        variables: &[(&str, &str)],
    ) -> Terminal {
        let size = PtySize {
            rows,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system()
            .openpty(size)
            .expect("this system has pseudo-terminals");
        let first_modes = modes(&*pair.master);
        for variable in ["COLUMNS", "NO_COLOR", "COLORTERM", "LC_ALL", "LC_CTYPE"] {
            command.env_remove(variable);
        }
        for (name, value) in [("TERM", "xterm-256color"), ("LANG", "C.UTF-8")]
            .iter()
            .chain(variables)
        {
            command.env(name, value);
        }
        let child = pair
            .slave
            .spawn_command(command)
            .expect("the binary was built for this test");
        let pid = child.process_id().expect("it was just started");
        // No emulator has room for what some terminals claim to be.
        let screen = vt100::Parser::new(cells(rows.min(400)), cells(columns.min(1_000)), 0);
        let seen = Arc::new(Mutex::new(Seen {
            screen,
            ever_alternate: false,
        }));
        let reading = Arc::new(AtomicBool::new(true));
        let mut terminal = Terminal {
            writer: pair.master.take_writer().expect("nobody has taken it yet"),
            master: pair.master,
            _slave: pair.slave,
            child,
            seen,
            reading,
            reader: None,
            first_modes,
            session: Session { pid },
        };
        terminal.read();
        terminal
    }

    fn read(&mut self) {
        let mut output = self
            .master
            .try_clone_reader()
            .expect("the terminal is open");
        let (seen, reading) = (Arc::clone(&self.seen), Arc::clone(&self.reading));
        self.reader = Some(thread::spawn(move || {
            let mut bytes = [0; 4096];
            while reading.load(Ordering::SeqCst) {
                let Ok(n @ 1..) = output.read(&mut bytes) else {
                    return;
                };
                let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                // Processed byte by byte, because one read may both enter and leave the alternate screen.
                for byte in &bytes[..n] {
                    seen.screen.process(&[*byte]);
                    seen.ever_alternate |= *byte == b'h' && seen.screen.screen().alternate_screen();
                }
            }
        }));
    }

    fn look<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(
            self.seen
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .screen
                .screen(),
        )
    }

    /// Waits until the text on the screen satisfies a condition. Shows the screen if it never does.
    pub fn wait_for(&self, limit: Duration, what: &str, condition: impl Fn(&str) -> bool) {
        let text = || self.look(vt100::Screen::contents);
        assert!(
            wait_until(limit, || condition(&text())),
            "waited in vain for {what}:\n{}",
            text()
        );
    }

    /// Types these bytes.
    pub fn press(&mut self, keys: &str) {
        self.writer
            .write_all(keys.as_bytes())
            .and_then(|()| self.writer.flush())
            .expect("the terminal is open");
    }

    /// Pastes a text: between marks if the program asked for them, otherwise as if it were typed.
    pub fn paste(&mut self, text: &str) {
        if self.tells_pastes() {
            self.press(&format!("\u{1b}[200~{text}\u{1b}[201~"));
        } else {
            self.press(text);
        }
    }

    /// Whether the program asked for marks around pasted text.
    pub fn tells_pastes(&self) -> bool {
        self.look(vt100::Screen::bracketed_paste)
    }

    /// Clicks on the first occurrence of this text.
    pub fn click(&mut self, text: &str) {
        let rows = self.rows();
        let place = rows.iter().enumerate().find_map(|(y, row)| {
            let before = row.split_once(text)?.0;
            Some((before.chars().count() + 1, y + 1))
        });
        let (column, row) = place.unwrap_or_else(|| panic!("no {text:?} in\n{}", rows.join("\n")));
        self.press(&format!(
            "\u{1b}[<0;{column};{row}M\u{1b}[<0;{column};{row}m"
        ));
    }

    /// The rows of the screen as text.
    pub fn rows(&self) -> Vec<String> {
        self.look(|screen| screen.contents().lines().map(str::to_string).collect())
    }

    /// Whether the program listens to clicks and the wheel.
    pub fn listens_to_mouse(&self) -> bool {
        self.look(|screen| screen.mouse_protocol_mode() == vt100::MouseProtocolMode::PressRelease)
    }

    /// Writes over the screen, like another program on the same terminal.
    pub fn spoil(&self, text: &str) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.screen.process(format!("\u{1b}[5;5H{text}").as_bytes());
    }

    /// Sends a signal to the program if a shell is between it and the terminal.
    pub fn signal_program(&self, signal: Signal) {
        kill(self.session.program().expect("it was started"), signal)
            .expect("the program is still there");
    }

    /// Changes the size of the terminal.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.screen
            .screen_mut()
            .set_size(cells(rows), cells(columns));
        let size = PtySize {
            rows,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        self.master.resize(size).expect("the terminal is open");
    }

    /// Makes the terminal say that it has this size, whatever the screen is that a user sees.
    pub fn claim(&mut self, cols: u16, rows: u16) {
        let (pixel_width, pixel_height) = (0, 0);
        let size = PtySize {
            rows,
            cols,
            pixel_width,
            pixel_height,
        };
        self.master.resize(size).expect("the terminal is open");
    }

    /// The process id of the program.
    pub fn pid(&self) -> Pid {
        self.session.leader()
    }

    /// Sends a signal to the program alone.
    pub fn signal(&self, signal: Signal) {
        kill(self.session.leader(), signal).expect("the program is still there");
    }

    /// Whether the program has exited.
    pub fn has_ended(&mut self) -> bool {
        let status = self.child.try_wait();
        status.expect("the program can be waited for").is_some()
    }

    /// The program's exit code, once it has exited.
    pub fn exit_code(&mut self, limit: Duration) -> u32 {
        let mut status = None;
        wait_until(limit, || {
            status = self
                .child
                .try_wait()
                .expect("the program can be waited for");
            status.is_some()
        });
        let Some(status) = status else {
            panic!("it did not end:\n{}", self.look(vt100::Screen::contents))
        };
        assert!(status.signal().is_none(), "it was killed: {status}");
        status.exit_code()
    }

    pub fn is_in_alternate_screen(&self) -> bool {
        self.look(vt100::Screen::alternate_screen)
    }

    pub fn was_ever_in_alternate_screen(&self) -> bool {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .ever_alternate
    }

    pub fn hides_cursor(&self) -> bool {
        self.look(vt100::Screen::hide_cursor)
    }

    /// Whether any cell of the screen has a colour.
    pub fn has_colours(&self) -> bool {
        self.look(|screen| {
            let (rows, columns) = screen.size();
            let cells =
                (0..rows.get()).flat_map(|row| (0..columns.get()).map(move |column| (row, column)));
            cells
                .filter_map(|(row, column)| screen.cell(row, column))
                .any(|cell| {
                    cell.fgcolor() != vt100::Color::Default
                        || cell.bgcolor() != vt100::Color::Default
                })
        })
    }

    /// Whether the terminal has the same modes as before the program.
    pub fn has_first_modes(&self) -> bool {
        modes(&*self.master) == self.first_modes
    }

    /// Asserts that the terminal was restored: original modes, primary screen, visible cursor, mouse reporting and
    /// bracketed paste off, no colours.
    pub fn assert_given_back(&self, limit: Duration) {
        assert!(
            self.has_first_modes(),
            "the modes differ from those before the program"
        );
        self.assert_screen_given_back(limit);
    }

    /// The same for a program that was killed, so that another process restores the terminal after it.
    pub fn assert_given_back_by_others(&self, limit: Duration) {
        assert!(
            wait_until(limit, || self.has_first_modes()),
            "the modes differ from those before the program"
        );
        self.assert_screen_given_back(limit);
    }

    fn assert_screen_given_back(&self, limit: Duration) {
        let plain = |screen: &vt100::Screen| {
            !screen.alternate_screen()
                && !screen.hide_cursor()
                && !screen.bracketed_paste()
                && screen.fgcolor() == vt100::Color::Default
                && screen.bgcolor() == vt100::Color::Default
                && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
        };
        assert!(
            wait_until(limit, || self.look(plain)),
            "the screen is not as it was"
        );
    }

    /// Asserts that after `limit` no process of the program is left.
    pub fn assert_nothing_left(&self, limit: Duration) {
        self.session.assert_nothing_left(limit);
    }

    /// The program's session, which can be inspected after the terminal has gone.
    pub fn session(&self) -> Session {
        self.session
    }

    /// From now on the output of the program is not read.
    pub fn stop_reading(&mut self) {
        self.reading.store(false, Ordering::SeqCst);
        // The reader notices only after it has read something, and a change of size causes a new picture.
        self.resize(119, 40);
        if let Some(reader) = self.reader.take() {
            reader.join().expect("the reader does not panic");
        }
    }

    /// Reads the output of the program again.
    pub fn read_again(&mut self) {
        self.reading.store(true, Ordering::SeqCst);
        self.read();
    }

    /// Does not read until the program waits for that.
    pub fn stall(&mut self) {
        self.stop_reading();
        // Every change of size repaints the screen, until the terminal's buffer is full.
        let mut columns = 120;
        let is_stuck = wait_until(SOON, || {
            columns = 240 - columns + 1;
            self.resize(columns, 40);
            self.waits_for_terminal()
        });
        assert!(is_stuck, "the program never waited for the terminal");
        self.resize(120, 40);
    }

    /// Whether the program's first thread waits for its terminal: for events, it waits at a futex.
    fn waits_for_terminal(&self) -> bool {
        let program = self.session.program().unwrap_or(self.session.leader());
        let call = fs::read_to_string(format!("/proc/{program}/syscall")).unwrap_or_default();
        let number = call.split_whitespace().next().unwrap_or_default();
        #[cfg(target_arch = "x86_64")]
        let is_poll = number == nix::libc::SYS_poll.to_string();
        #[cfg(not(target_arch = "x86_64"))]
        let is_poll = false;
        is_poll || number == nix::libc::SYS_ppoll.to_string()
    }

    /// The largest amount of memory that the program has had, in bytes.
    pub fn peak_memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.session.pid));
        let status = status.expect("the program is still there");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        kilobytes.expect("Linux says it") * 1024
    }

    /// Whether the program's input thread waits for the next input without a time limit.
    pub fn waits_for_keys(&self) -> bool {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.session.pid))
            .into_iter()
            .flatten()
            .flatten();
        let file = |task: &fs::DirEntry, name| {
            fs::read_to_string(task.path().join(name)).unwrap_or_default()
        };
        let call = tasks
            .filter(|task| file(task, "comm").trim() == "input")
            .map(|task| file(&task, "syscall"))
            .collect::<String>();
        let words: Vec<&str> = call.split_whitespace().collect();
        match words[..] {
            // The third argument of ppoll points to the limit.
            [number, _, _, limit, ..] if number == nix::libc::SYS_ppoll.to_string() => {
                limit == "0x0"
            }
            // The third argument of poll is the limit itself, in 32 bits.
            [_, _, _, limit, ..] => limit.ends_with("ffffffff"),
            _ => false,
        }
    }

    /// Closes the terminal under the program, as if its window were closed. Needs a program that continues to write.
    pub fn close(mut self) {
        self.stop_reading();
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) && thread::panicking() {
            // A failed test must not leave processes behind, either. The program's children exit with it.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

fn cells(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).expect("no test has a terminal without cells")
}

/// The modes of a terminal, to compare them.
fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios())
}

/// All processes that descend from the program. It is the leader of a session, and none of them leaves the session.
#[derive(Clone, Copy, Debug)]
pub struct Session {
    pid: u32,
}

impl Session {
    fn leader(self) -> Pid {
        Pid::from_raw(self.pid.cast_signed())
    }

    /// Asserts that after `limit` no process of the session is left.
    pub fn assert_nothing_left(self, limit: Duration) {
        assert!(
            wait_until(limit, || self.processes().is_empty()),
            "these are left: {:?}",
            self.processes()
        );
    }

    /// The program, as a child of the session's leader.
    fn program(self) -> Option<Pid> {
        let leader = self.pid.to_string();
        self.processes().iter().find_map(|stat| {
            let (before, after) = stat.split_once(" (pconc-tui) ")?;
            (after.split_whitespace().nth(1) == Some(&leader))
                .then(|| before.parse().ok().map(Pid::from_raw))?
        })
    }

    /// Suspends the zygote, which only a user by mistake would do. A worker has the zygote's name, too, until it gets
    /// its own, but it is the zygote's child.
    pub fn stop_zygote(self) {
        // On a busy machine the first screen may be there before the zygote has its name.
        wait_until(SOON, || self.stopped_of("pconc-zygote").0 > 0);
        let named: Vec<(i32, i32)> = self
            .processes()
            .iter()
            .filter_map(|stat| {
                let (number, rest) = stat.split_once(" (pconc-zygote) ")?;
                let parent = rest.split_whitespace().nth(1)?;
                Some((number.parse().ok()?, parent.parse().ok()?))
            })
            .collect();
        let is_worker = |parent: i32| named.iter().any(|(number, _)| *number == parent);
        for (zygote, _) in named.iter().filter(|(_, parent)| !is_worker(*parent)) {
            kill(Pid::from_raw(*zygote), Signal::SIGSTOP).expect("the zygote is there");
        }
    }

    /// The number of processes of the session whose names start with `name`, and how many of them are stopped.
    pub fn stopped_of(self, name: &str) -> (usize, usize) {
        let begin = format!(" ({name}");
        let named: Vec<String> = self
            .processes()
            .into_iter()
            .filter(|stat| stat.contains(&begin))
            .collect();
        let stopped = named.iter().filter(|stat| stat.contains(") T ")).count();
        (named.len(), stopped)
    }

    /// The processes of the session that are not zombies.
    fn processes(self) -> BTreeSet<String> {
        let stats = fs::read_dir("/proc")
            .expect("tests of processes need /proc")
            .flatten();
        let stats = stats.filter_map(|entry| fs::read_to_string(entry.path().join("stat")).ok());
        stats.filter(|stat| self.has(stat)).collect()
    }

    /// Whether a line of `/proc/PID/stat` belongs to a living process of the session. After the name in parentheses
    /// come state, parent, group and session.
    fn has(self, stat: &str) -> bool {
        let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        let fields: Vec<&str> = after_name.split_whitespace().collect();
        matches!(fields[..], [state, _, _, session, ..] if state != "Z" && session == self.pid.to_string())
    }
}
