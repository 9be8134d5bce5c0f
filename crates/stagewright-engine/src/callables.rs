//! Evaluators and transformers that an embedding program brings along: Rust functions
//! under the names that pipelines use (decision 8, rule A19).
//!
//! A plan stores the name only. The answer is journaled, so a run that goes on in another
//! process asks again only what was not answered, and needs the same names there. A
//! function must not print, and one that waits for something must be an async one: the
//! others run on the thread that drives the run.

use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// How long a function may take, as a program may.
pub(crate) const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// What an evaluator or transformer is given, and what its program reads as JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Asked {
    /// The run's context.
    pub context: Value,
    /// The results so far in the plan's order: objects with `agent_id`, `status` and, of an
    /// agent that has answered, `output`. One that is repeated has its instances under
    /// `items`; to an instance, its own round is what it sees.
    pub agent_results: Vec<Value>,
    /// The agent or gate whose condition it is or whose input is made, with its instance in
    /// brackets; `None` for the condition of a stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
    /// The number of the instance, from 0; `None` for what is not repeated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<u32>,
    /// The instance's element of the list that it is repeated over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<Value>,
}

impl Asked {
    /// The result of an agent, if it has one by now.
    pub fn result_of(&self, agent: &str) -> Option<&Value> {
        self.agent_results
            .iter()
            .find(|result| result["agent_id"] == agent)
    }

    /// What a program reads.
    pub(crate) fn into_json(self) -> Value {
        serde_json::to_value(self).expect("texts, lists and JSON can be written")
    }
}

/// An answer that is on its way.
pub(crate) type Answering<T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send>>;

type Function<T> = Arc<dyn Fn(Asked) -> Answering<T> + Send + Sync>;

/// Functions by name. They go before the settings' programs of the same name.
///
/// ```
/// use serde_json::json;
/// use stagewright_engine::Callables;
///
/// let callables = Callables::new()
///     .evaluator("touches_python", |asked| {
///         let files = asked.context["pr"]["files_changed"]
///             .as_array()
///             .ok_or("the context has no pr.files_changed")?;
///         let is_python = |file: &serde_json::Value| {
///             file.as_str().is_some_and(|file| file.ends_with(".py"))
///         };
///         Ok::<_, &str>(files.iter().any(is_python))
///     })
///     .transformer("only_the_diff", |asked| {
///         Ok::<_, String>(json!({"diff": asked.context["pr"]["diff"]}))
///     });
/// assert_eq!(callables.names().count(), 2);
/// ```
#[derive(Clone, Default)]
pub struct Callables {
    evaluators: BTreeMap<String, Function<bool>>,
    transformers: BTreeMap<String, Function<Value>>,
}

impl Callables {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Registers an evaluator: whether the condition `{type: custom, custom_evaluator: NAME}`
    /// holds. An error skips the stage or agent with a warning, as every condition's does.
    #[must_use]
    pub fn evaluator<E: Display>(
        mut self,
        name: impl Into<String>,
        evaluate: impl Fn(&Asked) -> Result<bool, E> + Send + Sync + 'static,
    ) -> Self {
        self.evaluators.insert(name.into(), at_once(evaluate));
        self
    }

    /// As [`evaluator`](Self::evaluator), for a function that waits for something.
    #[must_use]
    pub fn async_evaluator<E: Display, A>(
        mut self,
        name: impl Into<String>,
        evaluate: impl Fn(Asked) -> A + Send + Sync + 'static,
    ) -> Self
    where
        A: Future<Output = Result<bool, E>> + Send + 'static,
    {
        self.evaluators.insert(name.into(), in_time(evaluate));
        self
    }

    /// Registers a transformer: what an agent with `input_transformer: NAME` gets as its
    /// input. An error fails the agent with `invalid_input`, without a retry.
    #[must_use]
    pub fn transformer<E: Display>(
        mut self,
        name: impl Into<String>,
        transform: impl Fn(&Asked) -> Result<Value, E> + Send + Sync + 'static,
    ) -> Self {
        self.transformers.insert(name.into(), at_once(transform));
        self
    }

    /// As [`transformer`](Self::transformer), for a function that waits for something.
    #[must_use]
    pub fn async_transformer<E: Display, A>(
        mut self,
        name: impl Into<String>,
        transform: impl Fn(Asked) -> A + Send + Sync + 'static,
    ) -> Self
    where
        A: Future<Output = Result<Value, E>> + Send + 'static,
    {
        self.transformers.insert(name.into(), in_time(transform));
        self
    }

    /// All names, those of evaluators first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let evaluators = self.evaluators.keys();
        evaluators
            .chain(self.transformers.keys())
            .map(String::as_str)
    }

    pub(crate) fn evaluate(&self, name: &str, asked: Asked) -> Option<Answering<bool>> {
        self.evaluators.get(name).map(|function| function(asked))
    }

    pub(crate) fn transform(&self, name: &str, asked: Asked) -> Option<Answering<Value>> {
        self.transformers.get(name).map(|function| function(asked))
    }
}

impl std::fmt::Debug for Callables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Callables")
            .field("evaluators", &self.evaluators.keys())
            .field("transformers", &self.transformers.keys())
            .finish()
    }
}

fn at_once<T: Send + 'static, E: Display>(
    function: impl Fn(&Asked) -> Result<T, E> + Send + Sync + 'static,
) -> Function<T> {
    let function = Arc::new(function);
    Arc::new(move |asked| {
        let function = Arc::clone(&function);
        Box::pin(without_panic(async move {
            function(&asked).map_err(|error| error.to_string())
        }))
    })
}

fn in_time<T: Send + 'static, E: Display, A>(
    function: impl Fn(Asked) -> A + Send + Sync + 'static,
) -> Function<T>
where
    A: Future<Output = Result<T, E>> + Send + 'static,
{
    let function = Arc::new(function);
    Arc::new(move |asked| {
        let function = Arc::clone(&function);
        let answering =
            without_panic(async move { function(asked).await.map_err(|error| error.to_string()) });
        Box::pin(async move {
            match tokio::time::timeout(ANSWER_TIMEOUT, answering).await {
                Ok(answer) => answer,
                Err(_) => Err(format!(
                    "it did not answer within {} s",
                    ANSWER_TIMEOUT.as_secs()
                )),
            }
        })
    })
}

/// A function of the embedding program that panics has failed; the run goes on. After a
/// panic the future is never polled again.
async fn without_panic<T>(answering: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    let mut answering = Box::pin(answering);
    let polled = poll_fn(|context| {
        match catch_unwind(AssertUnwindSafe(|| answering.as_mut().poll(context))) {
            Ok(poll) => poll,
            Err(panic) => {
                std::task::Poll::Ready(Err(format!("it panicked: {}", words_of(&*panic))))
            }
        }
    });
    polled.await
}

fn words_of(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn asked() -> Asked {
        Asked {
            context: json!({"n": 3}),
            agent_results: vec![json!({"agent_id": "a", "status": "SUCCESS"})],
            agent_id: None,
            index: None,
            item: None,
        }
    }

    fn answer<T>(answering: Option<Answering<T>>) -> Option<Result<T, String>> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        answering.map(|answering| runtime.block_on(answering))
    }

    /// Goal: functions are found by name and kind; what they say comes back as it is.
    #[test]
    fn functions_answer_by_name() {
        let callables = Callables::new()
            .evaluator("many", |asked| Ok::<_, String>(asked.context["n"] == 3))
            .evaluator("broken", |_| Err("no idea"))
            .async_transformer("double", async |asked: Asked| {
                let n = asked.context["n"].as_u64().ok_or("no number")?;
                Ok::<_, &str>(json!({"n": n * 2, "a": asked.result_of("a").is_some()}))
            });
        assert_eq!(answer(callables.evaluate("many", asked())), Some(Ok(true)));
        assert_eq!(
            answer(callables.evaluate("broken", asked())),
            Some(Err("no idea".to_owned()))
        );
        assert_eq!(
            answer(callables.transform("double", asked())),
            Some(Ok(json!({"n": 6, "a": true})))
        );
        assert!(callables.evaluate("double", asked()).is_none());
    }

    /// Goal: a function that panics or never answers is an error in words.
    #[test]
    fn functions_may_not_take_the_run_down() {
        let callables = Callables::new()
            .evaluator("panics", |_| -> Result<bool, String> { panic!("at {}", 7) })
            .async_transformer("hangs", |_| std::future::pending::<Result<Value, String>>());
        assert_eq!(
            answer(callables.evaluate("panics", asked())),
            Some(Err("it panicked: at 7".to_owned()))
        );
        assert_eq!(
            answer(callables.transform("hangs", asked())),
            Some(Err("it did not answer within 60 s".to_owned()))
        );
    }
}
