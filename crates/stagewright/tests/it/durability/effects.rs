//! What agents did to the world, and whether the journal agrees.

use crate::world::{World, eventually};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Has one effect on the world: a line in a file, written at once, so that lines of
/// parallel agents do not mix.
const SCRIPT: &str = r#"
printf '%s\n' "$STAGEWRIGHT_AGENT $STAGEWRIGHT_TRY $STAGEWRIGHT_LAUNCH $STAGEWRIGHT_IDEMPOTENCY_KEY" >> effects
"#;

/// All that agents did, in the order in which they did it.
pub(super) struct Effects(pub(super) Vec<Effect>);

/// One thing that an agent did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Effect {
    pub(super) agent: String,
    try_number: u64,
    /// The serial number of the launch, which is unique in a run.
    pub(super) launch: u64,
    pub(super) idempotency_key: String,
}

/// The launch of one try of one agent.
type LaunchKey = (String, u64, u64);

impl Effects {
    /// Puts `effect.sh` into a world.
    pub(super) fn provide(world: &World) {
        world.write("effect.sh", SCRIPT);
    }

    /// The effects so far.
    pub(super) fn of(world: &World) -> Self {
        let lines = world.lines("effects");
        Self(lines.iter().map(|line| Effect::parse(line)).collect())
    }

    /// The effects once there are this many.
    #[track_caller]
    pub(super) fn at_least(count: usize, world: &World) -> Self {
        eventually(&format!("there are {count} effects"), || {
            let effects = Self::of(world);
            (effects.0.len() >= count).then_some(effects)
        })
    }

    /// The agents that had them, in the order of the effects.
    pub(super) fn agents(&self) -> Vec<&str> {
        self.0.iter().map(|effect| effect.agent.as_str()).collect()
    }

    /// What a receiver counts who drops what comes again under the same key; without
    /// the run's id, so that two runs can be compared.
    pub(super) fn keys(&self) -> BTreeSet<&str> {
        self.0
            .iter()
            .map(|effect| effect.idempotency_key.split_once('/').unwrap().1)
            .collect()
    }

    /// What holds at any moment at which nobody drives the run:
    ///
    /// - nothing was done that had not been journaled before (commit, then act);
    /// - what the journal calls finished was done, by that very launch;
    /// - a try ends once, and is not launched again after that.
    #[track_caller]
    pub(super) fn assert_agree_with(&self, history: &[Value]) {
        let started = launches(history, "attempt_started");
        let finished = launches(history, "attempt_finished");
        let done: BTreeSet<LaunchKey> = self.0.iter().map(Effect::key).collect();
        assert_eq!(done.len(), self.0.len(), "a launch had its effect twice");
        for launch in &done {
            assert!(started.contains(launch), "{launch:?} was not journaled");
        }
        let mut ends: BTreeMap<(&str, u64), u64> = BTreeMap::new();
        for launch in &finished {
            assert!(done.contains(launch), "{launch:?} had no effect");
            let (agent, try_number, serial) = launch;
            let earlier = ends.insert((agent, *try_number), *serial);
            assert_eq!(earlier, None, "{launch:?}: its try had ended before");
        }
        for (agent, try_number, serial) in &started {
            if let Some(end) = ends.get(&(agent.as_str(), *try_number)) {
                assert!(serial <= end, "{agent} was launched after its end");
            }
        }
    }
}

impl Effect {
    fn parse(line: &str) -> Self {
        let words: Vec<&str> = line.split(' ').collect();
        let [agent, try_number, marker, key] = words[..] else {
            panic!("an effect has four words: {line:?}");
        };
        let (_, launch) = marker.rsplit_once('/').unwrap();
        Self {
            agent: agent.to_owned(),
            try_number: try_number.parse().unwrap(),
            launch: launch.parse().unwrap(),
            idempotency_key: key.to_owned(),
        }
    }

    fn key(&self) -> LaunchKey {
        (self.agent.clone(), self.try_number, self.launch)
    }
}

/// The events of this kind.
pub(super) fn events<'a>(history: &'a [Value], kind: &str) -> Vec<&'a Value> {
    let is_it = |event: &&Value| event["event"] == kind;
    history.iter().filter(is_it).collect()
}

fn launches(history: &[Value], kind: &str) -> BTreeSet<LaunchKey> {
    let key = |event: &Value| {
        (
            event["node"].as_str().unwrap().to_owned(),
            event["data"]["try"].as_u64().unwrap(),
            event["data"]["launch"].as_u64().unwrap(),
        )
    };
    events(history, kind).into_iter().map(key).collect()
}
