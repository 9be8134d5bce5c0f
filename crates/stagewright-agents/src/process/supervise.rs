//! The life of one program, from its start until nothing of it is left.

use super::exit::{Exit, ExitWatch};
use super::leftovers::{self, Marker, Swept, Target};
use super::recording::Recording;
use super::table::Known;
use super::usage::Meter;
use super::{Cut, Ended, Invocation};
use crate::job::StopSignal;
use crate::settings::Grace;
use rustix::process::{Pid, Signal};
use stagewright_core::input::Stop;
use stagewright_core::plan::TimeLimits;
use std::io;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::time::{Instant, sleep_until, timeout_at};

/// How long the output may stay open after the program has ended: enough for the
/// `tee` of a process substitution to finish, too short to be noticed.
const LINGER: Duration = Duration::from_secs(1);

/// How long after KILL a program may take to end before it is given up.
const KILL_PATIENCE: Duration = Duration::from_secs(5);

/// The size of one read from a pipe: what a pipe holds.
const CHUNK_BYTES: usize = 64 * 1024;

/// Runs a program until it and all that it started are gone.
///
/// # Errors
/// When it could not be started.
pub(crate) async fn run(
    invocation: Invocation,
    stdout: &mut Recording,
    stderr: &mut Recording,
    stop: StopSignal,
) -> io::Result<Ended> {
    let mut exits = ExitWatch::new()?;
    let known = Arc::new(Known::now());
    let mut child = start(&invocation)?;
    let started = Instant::now();
    let pid = pid_of(&child);
    let target = Target {
        group: Some(pid),
        marker: Marker::Launch(invocation.marker),
        known,
    };
    // Dropped before the child is, so that the group's number is still held then.
    let guard = KillOnDrop(Some(target.clone()));
    let mut pipes = Pipes::of(&mut child, invocation.input, stdout, stderr);
    let mut watch = Watch {
        meter: Meter::of(pid),
        started,
        last_output: None,
        limits: invocation.limits,
        grace: invocation.grace,
        target: target.clone(),
        cut: None,
        kill_at: None,
        killed: false,
    };

    let ended_in_time = watch.until_exit(pid, &mut exits, &mut pipes, stop).await;
    let usage = watch.meter.conclude();
    let linger = if watch.cut.is_none() {
        LINGER
    } else {
        Duration::ZERO
    };
    pipes.input = None;
    let _ = timeout_at(Instant::now() + linger, pipes.drain()).await;
    let swept = sweep(&target, invocation.grace, &mut pipes).await;
    let held_open = timeout_at(Instant::now() + LINGER, pipes.drain())
        .await
        .is_err();
    drop(pipes);

    let exit = if ended_in_time {
        Exit::from(child.wait().await?)
    } else {
        Exit::Never
    };
    guard.disarm();
    stdout.finish();
    stderr.finish();
    Ok(Ended {
        exit,
        cut: watch.cut,
        leftovers: swept.found,
        survivors: swept.survivors,
        usage,
        held_open,
    })
}

fn start(invocation: &Invocation) -> io::Result<Child> {
    let mut command = Command::new(&invocation.program);
    command
        .arg0(&invocation.name)
        .args(&invocation.arguments)
        .env_clear()
        .envs(&invocation.environment)
        .current_dir(&invocation.directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    command.spawn()
}

fn pid_of(child: &Child) -> Pid {
    child
        .id()
        .and_then(|id| Pid::from_raw(i32::try_from(id).ok()?))
        .expect("a child that was not waited for has a positive number")
}

/// Ends what is left while its output is still read, so that nobody blocks on a full
/// pipe when it is asked to end.
async fn sweep(target: &Target, grace: Grace, pipes: &mut Pipes<'_>) -> Swept {
    let ending = leftovers::end(target.clone(), grace.forced);
    tokio::pin!(ending);
    tokio::select! {
        swept = &mut ending => return swept,
        () = pipes.drain() => {}
    }
    ending.await
}

/// Why a program may still be ended, and when.
struct Watch {
    meter: Meter,
    started: Instant,
    last_output: Option<Instant>,
    limits: TimeLimits,
    grace: Grace,
    target: Target,
    cut: Option<Cut>,
    kill_at: Option<Instant>,
    killed: bool,
}

impl Watch {
    /// Waits for the program's end and brings it about where needed. False when it
    /// did not end even after KILL.
    async fn until_exit(
        &mut self,
        pid: Pid,
        exits: &mut ExitWatch,
        pipes: &mut Pipes<'_>,
        mut stop: StopSignal,
    ) -> bool {
        let mut stop_may_come = true;
        let mut stopping = None;
        loop {
            let due = self.due();
            tokio::select! {
                () = exits.ended(pid) => return true,
                () = pipes.progress() => {
                    self.last_output = pipes.last_output;
                }
                changed = wanted_stop(&mut stop, stopping), if stop_may_come => match changed {
                    Some(wanted) => {
                        self.stop(wanted);
                        stopping = Some(wanted);
                        stop_may_come = wanted != Stop::Forced;
                    }
                    None => stop_may_come = false,
                },
                () = self.meter.due() => self.meter.look(),
                () = at(due.map(|(when, _)| when)) => match due {
                    Some((_, Due::Limit(cut))) => self.end(cut, self.grace.gentle),
                    Some((_, Due::Kill)) => self.kill(),
                    Some((_, Due::GiveUp)) => return false,
                    None => unreachable!("nothing is waited for for ever, and it came"),
                },
            }
        }
    }

    /// What is due next, and when.
    fn due(&self) -> Option<(Instant, Due)> {
        if let Some(kill_at) = self.kill_at {
            return Some(if self.killed {
                (kill_at + KILL_PATIENCE, Due::GiveUp)
            } else {
                (kill_at, Due::Kill)
            });
        }
        let after = |since: Instant, ms: Option<u64>, cut: fn(u64) -> Cut| {
            let ms = ms?;
            let when = since.checked_add(Duration::from_millis(ms))?;
            Some((when, Due::Limit(cut(ms))))
        };
        // A program without a limit of its own for the first output may not be silent
        // for longer at its start than later on.
        let silence = match (self.last_output, self.limits.first_output_ms) {
            (None, Some(ms)) => after(self.started, Some(ms), Cut::FirstOutput),
            (None, None) => after(self.started, self.limits.idle_ms, Cut::FirstOutput),
            (Some(last), _) => after(last, self.limits.idle_ms, Cut::Idle),
        };
        let total = after(self.started, self.limits.total_ms, Cut::Total);
        [total, silence]
            .into_iter()
            .flatten()
            .min_by_key(|(when, _)| *when)
    }

    fn stop(&mut self, wanted: Stop) {
        match wanted {
            Stop::Gentle => self.end(Cut::Stopped, self.grace.gentle),
            Stop::Forced => self.end(Cut::Stopped, self.grace.forced),
        }
    }

    /// Asks the program to end. What was the reason first stays the reason; a second
    /// request can only shorten the grace.
    fn end(&mut self, cut: Cut, grace: Duration) {
        self.cut.get_or_insert(cut);
        let kill_at = Instant::now() + grace;
        if self.kill_at.is_none() {
            leftovers::signal_group(&self.target, Signal::TERM);
            // A stopped process hears TERM only when it goes on.
            leftovers::signal_group(&self.target, Signal::CONT);
        }
        if !self.killed {
            self.kill_at = Some(self.kill_at.map_or(kill_at, |earlier| earlier.min(kill_at)));
        }
    }

    fn kill(&mut self) {
        self.killed = true;
        self.kill_at = Some(Instant::now());
        leftovers::signal_group(&self.target, Signal::KILL);
    }
}

/// What a deadline is about.
#[derive(Clone, Copy)]
enum Due {
    Limit(Cut),
    Kill,
    GiveUp,
}

/// The three pipes of a program, and where its output goes.
struct Pipes<'a> {
    input: Option<(ChildStdin, Vec<u8>, usize)>,
    stdout: Output<'a, ChildStdout>,
    stderr: Output<'a, ChildStderr>,
    last_output: Option<Instant>,
}

struct Output<'a, R> {
    pipe: Option<R>,
    buffer: Vec<u8>,
    recording: &'a mut Recording,
}

impl<'a> Pipes<'a> {
    fn of(
        child: &mut Child,
        input: Vec<u8>,
        stdout: &'a mut Recording,
        stderr: &'a mut Recording,
    ) -> Self {
        Self {
            // Without input the pipe is closed at once: end of file, not a wait.
            input: child
                .stdin
                .take()
                .filter(|_| !input.is_empty())
                .map(|pipe| (pipe, input, 0)),
            stdout: Output::new(child.stdout.take(), stdout),
            stderr: Output::new(child.stderr.take(), stderr),
            last_output: None,
        }
    }

    /// Moves bytes once, in whatever direction is ready. Safe to drop and call again;
    /// waits for ever when all pipes are closed.
    async fn progress(&mut self) {
        let wrote = tokio::select! {
            () = feed(&mut self.input) => false,
            wrote = self.stdout.progress() => wrote,
            wrote = self.stderr.progress() => wrote,
        };
        if wrote {
            self.last_output = Some(Instant::now());
        }
    }

    /// Reads until both outputs are closed.
    async fn drain(&mut self) {
        while self.stdout.pipe.is_some() || self.stderr.pipe.is_some() {
            self.progress().await;
        }
    }
}

impl<'a, R: AsyncRead + Unpin> Output<'a, R> {
    fn new(pipe: Option<R>, recording: &'a mut Recording) -> Self {
        Self {
            pipe,
            buffer: vec![0; CHUNK_BYTES],
            recording,
        }
    }

    /// Reads once. True when there were bytes.
    async fn progress(&mut self) -> bool {
        let Some(pipe) = &mut self.pipe else {
            return std::future::pending().await;
        };
        match pipe.read(&mut self.buffer).await {
            Ok(bytes @ 1..) => {
                self.recording.accept(&self.buffer[..bytes]);
                true
            }
            Ok(0) | Err(_) => {
                self.pipe = None;
                false
            }
        }
    }
}

/// Writes once. A program that does not read its input is within its rights: the
/// pipe is closed and nothing is said.
async fn feed(input: &mut Option<(ChildStdin, Vec<u8>, usize)>) {
    let Some((pipe, bytes, done)) = input else {
        return std::future::pending().await;
    };
    match pipe.write(&bytes[*done..]).await {
        Ok(written @ 1..) => *done += written,
        Ok(0) | Err(_) => *done = bytes.len(),
    }
    if *done == bytes.len() {
        *input = None;
    }
}

/// The next stop that is wanted and not the one that is known already; `None` when
/// none can come any more.
async fn wanted_stop(stop: &mut StopSignal, known: Option<Stop>) -> Option<Stop> {
    loop {
        let now = *stop.borrow_and_update();
        if now.is_some() && now != known {
            return now;
        }
        stop.changed().await.ok()?;
    }
}

async fn at(when: Option<Instant>) {
    match when {
        Some(when) => sleep_until(when).await,
        None => std::future::pending().await,
    }
}

/// Kills what is still there when the future is dropped in the middle.
struct KillOnDrop(Option<Target>);

impl KillOnDrop {
    fn disarm(mut self) {
        self.0 = None;
    }
}

impl Drop for KillOnDrop {
    fn drop(&mut self) {
        if let Some(target) = &self.0 {
            leftovers::kill_now(target);
        }
    }
}
