//! What happens to a driver: it dies, another one takes the lease, people want things.

use super::{Deed, Happening, World};
use crate::agents::answered;
use crate::bug::Bug;
use crate::oracle::Violation;
use crate::random::Random;
use stagewright_core::event::{Answer, RunStatus, WaitReason};
use stagewright_core::{Driver, Input, NodeIx, NodeView, Run, Standing, Timestamp};

/// How often people go on with a run that ended or is stuck.
const MAX_FOLLOW_UPS: u32 = 2;

impl World<'_> {
    /// What people will do to this run, whenever that is.
    pub(super) fn plan_deeds(&mut self) {
        let mut random = Random::stream(self.case.seed, "deeds");
        let racing = !self.case.determined;
        if racing && random.chance(25) {
            let force = random.chance(50);
            let cancel = Deed::Cancel { force };
            self.schedule(random.below(60_000), Happening::Person(cancel));
            if random.chance(30) {
                let cancel = Deed::Cancel { force: true };
                self.schedule(random.below(90_000), Happening::Person(cancel));
            }
        }
        if random.chance(20) {
            let at_ms = random.below(40_000);
            self.schedule(at_ms, Happening::Person(Deed::Interrupt));
        }
    }

    /// A person does something: it is noted, and from then on it is confirmed.
    pub(super) fn deed(&mut self, deed: Deed) {
        self.trace.line(self.now_ms, || format!("deed {deed:?}"));
        if matches!(deed, Deed::Cancel { .. }) && !self.oracle.has_ended() {
            self.cancel_confirmed = true;
        }
        // Nobody drives an interrupted run: who wants something takes the lease.
        let pending = self.driver.is_none() && !self.restarts();
        self.inbox.push_back(deed);
        if pending {
            self.schedule(0, Happening::Restart);
        }
    }

    /// The driver drains the inbox; what was committed is taken out.
    pub(super) fn read_inbox(&mut self) -> Result<(), Violation> {
        while self.driver.is_some() {
            let Some(deed) = self.inbox.front().cloned() else {
                break;
            };
            let crashes = self.crashes;
            let input = self.input_of(&deed);
            self.handle(input)?;
            if self.crashes == crashes {
                self.inbox.pop_front();
            } else {
                // It may be committed or not; the next driver looks at it again.
                break;
            }
        }
        self.leave_when_interrupted();
        Ok(())
    }

    /// An interrupted driver that has wound down leaves; somebody resumes later.
    fn leave_when_interrupted(&mut self) {
        let driver = self.driver.as_ref();
        let leaves = driver.is_some_and(|driver| {
            driver.is_done() && driver.run().standing() == Standing::Interrupted
        });
        if leaves {
            self.trace.line(self.now_ms, || "leaves".to_owned());
            self.driver = None;
            let pause_ms = self.people.below(100_000);
            self.schedule(pause_ms, Happening::Restart);
        }
    }

    /// The driver dies. Its processes die with it or live on, unheard.
    pub(super) fn crash(&mut self, how: &str) {
        let Some(driver) = self.driver.take() else {
            return;
        };
        // One that does not know what is committed throws its state away; one that was
        // only paused does not know that it was.
        let in_step = driver.run().next_seq() == self.journal.events().len() as u64;
        if in_step && self.faults.outlives() {
            self.ghost = Some((driver, self.fence));
        }
        self.crashes += 1;
        self.trace.line(self.now_ms, || format!("CRASH {how}"));
        self.timer = None;
        let mut dead = Vec::new();
        for (launch, process) in &mut self.processes {
            if process.heard && !self.faults.outlives() {
                dead.push(*launch);
            }
            process.heard = false;
        }
        for launch in &dead {
            self.processes.remove(launch);
        }
        self.queue.retain(|_, happening| match happening {
            Happening::Report(_, launch, _) | Happening::Waits(_, launch) => !dead.contains(launch),
            // Its reports and programs end with the driver; what is said to be gone
            // is said to nobody.
            Happening::Gone(..)
            | Happening::Condition(..)
            | Happening::Made(..)
            | Happening::Kill => false,
            Happening::Person(_) | Happening::Restart | Happening::LookAgain => true,
        });
        if !self.restarts() {
            let pause_ms = self.faults.pause_ms();
            self.schedule(pause_ms, Happening::Restart);
        }
    }

    /// A paused driver wakes up to a report and goes on as if nothing had happened. The
    /// journal takes its batch only while nobody else has the lease; either way it
    /// then finds out and leaves, before any effect.
    pub(super) fn wake_ghost(&mut self, input: Input) -> Result<(), Violation> {
        let Some((mut driver, fence)) = self.ghost.take() else {
            return Ok(());
        };
        driver.handle(Timestamp(self.now_ms), input, &mut self.renderer);
        let batch = driver.take_batch();
        let taken = self.journal.append(fence, &batch, None);
        self.trace.line(self.now_ms, || {
            format!(
                "ghost with fence {fence} appends {}: {taken:?}",
                batch.events.len()
            )
        });
        let word = match taken {
            Ok(()) => "a paused driver commits",
            Err(_) => "a paused driver is refused",
        };
        self.seen.insert(word);
        self.observe()?;
        if taken.is_ok() && self.oracle.has_ended() {
            // It still had the lease, so the run was over before the cancel was read.
            self.cancel_confirmed = self.oracle.is_cancelled();
        }
        Ok(())
    }

    /// Somebody goes on with a run that waits for a sub-pipeline. While it goes on by
    /// itself there is nothing to do: they come again later.
    pub(super) fn look_again(&mut self) {
        let waits = |node: NodeIx, run: &Run| {
            matches!(
                run.view(node),
                NodeView::Parked {
                    reason: WaitReason::Pipeline,
                    ..
                }
            )
        };
        let Some(driver) = &self.driver else {
            return;
        };
        let run = driver.run();
        if !run.parked_nodes().any(|node| waits(node, run)) {
            return;
        }
        if driver.is_done() {
            self.driver = None;
            self.schedule(0, Happening::Restart);
        } else {
            self.schedule(60_000, Happening::LookAgain);
        }
    }

    fn restarts(&self) -> bool {
        let mut queue = self.queue.values();
        queue.any(|happening| matches!(happening, Happening::Restart))
    }

    /// A process folds the journal and takes the lease.
    pub(super) fn restart(&mut self) -> Result<(), Violation> {
        if self.driver.is_some() {
            return Ok(());
        }
        let run = self.journal.fold(&self.graph);
        self.driver = Some(Driver::new(run));
        self.fence = self.journal.lease();
        self.trace
            .line(self.now_ms, || format!("restart with fence {}", self.fence));
        if self.bug == Some(Bug::NoClaim) && self.crashes > 0 {
            return self.handle(Input::Tick);
        }
        // A cancel that waits counts together with the claim: what the claim would start
        // or end must not come before it.
        let mut inputs = vec![Input::Claim { fence: self.fence }];
        if self.bug != Some(Bug::LostCancel) {
            let cancels = self.inbox.iter().filter(|deed| is_cancel(deed));
            inputs.extend(cancels.map(|deed| self.input_of(deed)));
        }
        self.take_in_together(inputs);
        let crashes = self.crashes;
        self.settle_step(false)?;
        if self.crashes == crashes {
            self.inbox.retain(|deed| !is_cancel(deed));
        }
        Ok(())
    }

    /// Nothing more happens by itself: does a person go on with it?
    pub(super) fn follow_up(&mut self) -> Result<bool, Violation> {
        let Some(driver) = &self.driver else {
            return Ok(false);
        };
        let run = driver.run();
        let failed = run.end().is_some_and(|(status, _)| match status {
            RunStatus::Failure | RunStatus::PartialSuccess => true,
            RunStatus::Success | RunStatus::Cancelled => false,
        });
        let stuck = run.standing() == Standing::Stuck;
        if !(failed || stuck) || self.follow_ups >= MAX_FOLLOW_UPS {
            return Ok(false);
        }
        self.follow_ups += 1;
        let mut random = Random::of(self.case.seed, "follow-up", &[u64::from(self.follow_ups)]);
        if self.case.determined && !stuck || !random.chance(50) {
            return Ok(false);
        }
        let deed = match stuck && random.chance(40) {
            true => Deed::Cancel { force: false },
            false => Deed::Resume,
        };
        // Another process does it: the one that drove the run has left.
        self.driver = None;
        self.schedule(1_000, Happening::Person(deed));
        Ok(true)
    }

    fn input_of(&self, deed: &Deed) -> Input {
        match *deed {
            Deed::Cancel { force } => Input::Cancel {
                reason: "a person wants it".to_owned(),
                force,
            },
            Deed::Answer { node, approved } => Input::Answer {
                node,
                digest: self.shown(node),
                answer: Answer {
                    approved,
                    choice: if approved { "approve" } else { "reject" }.to_owned(),
                    by: None,
                    note: None,
                },
                outcome: Box::new(answered()),
            },
            Deed::Interrupt => Input::Interrupt,
            Deed::Resume => Input::Resume,
        }
    }

    /// The digest of what a node asks now; a person answers what is shown to them.
    fn shown(&self, node: NodeIx) -> String {
        let view = self.driver.as_ref().map(|driver| driver.run().view(node));
        match view {
            Some(NodeView::Parked { digest, .. }) => digest.to_owned(),
            _ => String::new(),
        }
    }
}

fn is_cancel(deed: &Deed) -> bool {
    matches!(deed, Deed::Cancel { .. })
}
