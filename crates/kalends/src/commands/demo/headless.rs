//! The demo's story without a browser: the same requests over real HTTP, each step checked and printed.
//!
//! To add a step: a method in a chapter of `story` that answers what was seen, and a line in [`tell`].

mod application;
mod form;
mod http;
mod move_event;
mod person;
mod spans;
mod story;

use std::{
    io::Write as _,
    time::{Duration, Instant},
};

use anyhow::Context;

use self::{http::Http, story::Story};
use super::site::Site;

/// Tells the whole story; the error names the step that failed and what was seen instead.
pub(super) async fn tell(site: &Site) -> anyhow::Result<()> {
    let began = Instant::now();
    let http = Http::new(&site.ambient)?;
    let mut story = Story::new(&http, site)?;
    step("the page is served with all of its files", story.page()).await?;
    step("declining at Google connects nothing", story.decline()).await?;
    step(
        "connecting leads through Google's consent and back",
        story.connect(),
    )
    .await?;
    step(
        "the first sync shows how far it has come, and ends",
        story.first_sync(),
    )
    .await?;
    step(
        "the week is busy, and the evidence is fresh",
        story.availability(),
    )
    .await?;
    step("slots lie in open hours and overlap nothing", story.slots()).await?;
    step("a second calendar takes slots away", story.choose_more()).await?;
    step("an event moved at Google moves the slots", story.move_event()).await?;
    step(
        "an event of the application stands at Google once the person allows it",
        story.put_event(),
    )
    .await?;
    step(
        "the person moves it there, and the application is told",
        story.move_ours(),
    )
    .await?;
    step(
        "disconnecting deletes what was read and revokes the access",
        story.disconnect(),
    )
    .await?;
    println!(
        "the story is told: all steps passed in {:.1} s",
        began.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Runs a step and prints its line; the work answers what was seen, in a few words.
async fn step(name: &'static str, work: impl Future<Output = anyhow::Result<String>>) -> anyhow::Result<()> {
    let began = Instant::now();
    let outcome = work.await;
    let seconds = began.elapsed().as_secs_f64();
    match &outcome {
        Ok(seen) => println!("ok      {seconds:5.2} s  {name}: {seen}"),
        Err(_) => println!("FAILED  {seconds:5.2} s  {name}"),
    }
    // Whoever watches a pipe sees each step as it happens.
    std::io::stdout().flush().context("standard output")?;
    outcome.map(drop).context(name)
}

/// Looks every tenth of a second until the look finds something, for `limit` at the most.
async fn until<T>(
    limit: Duration,
    what: &str,
    mut look: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let began = Instant::now();
    loop {
        if let Some(found) = look().await? {
            return Ok(found);
        }
        if began.elapsed() > limit {
            anyhow::bail!("{what} did not happen within {} s", limit.as_secs());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
