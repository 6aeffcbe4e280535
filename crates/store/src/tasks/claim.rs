//! Claiming: due tasks become one worker's, each exactly once.

use std::{iter, time::Duration};

use jiff::Timestamp;
use kalends_core::time::{TaskId, TenantId};
use secrecy::SecretString;
use uuid::Uuid;

use super::{
    ClaimedTask, Lease, TaskLane, Turns,
    enqueue::{row_name, secret_place},
    lease_end,
    promote::promote,
};
use crate::{
    Store, StoreError,
    db::{Row, Tx, corrupt, sql, usual_length},
};

/// Groups looked at, at least and at most, among which the tasks of one claim are shared.
const GROUPS: (u32, u32) = (16, 250);

/// What a worker asks for.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// Who asks, for people who look at the table.
    pub owner: &'a str,
    /// Which lanes it serves.
    pub lanes: &'a [TaskLane],
    /// Most tasks that it takes.
    pub batch: u32,
    /// How long it has them.
    pub lease: Duration,
}

impl Store {
    /// Claims due tasks and tasks whose worker was lost: by lane, within a lane the groups in turn, within a group by
    /// age. A lost worker counts as a failure that may pass.
    pub async fn claim_tasks(&self, claim: Claim<'_>) -> Result<Vec<ClaimedTask>, StoreError> {
        self.claim_tasks_in_turn(claim, &mut Turns::default()).await
    }

    /// The same for a worker that remembers whose turn it was, and has tasks under way. May take fewer tasks than
    /// asked for while there are more; when there are any that nobody else is just taking, it takes some. What it
    /// costs does not grow with the queue.
    pub async fn claim_tasks_in_turn(
        &self,
        claim: Claim<'_>,
        turns: &mut Turns,
    ) -> Result<Vec<ClaimedTask>, StoreError> {
        let now = self.now();
        let until = lease_end(now, claim.lease);
        let mut tx = self.begin().await?;
        promote(&mut tx, claim.lanes, now).await?;
        let mut tasks: Vec<ClaimedTask> = Vec::new();
        for lane in lanes_with_work(&mut tx, claim.lanes).await? {
            let left = claim.batch.saturating_sub(count(&tasks));
            if left == 0 {
                break;
            }
            let ready = ready_groups(&mut tx, lane, turns.last(lane), left).await?;
            for (each, groups) in turns.share(lane, &ready, left) {
                let first = (lane, groups, each);
                for row in take_first(&mut tx, first, claim.owner, (now, until)).await? {
                    tasks.push(claimed(&row, until)?);
                }
            }
        }
        tx.commit().await?;
        tasks.sort_by_key(|task| (task.lane, task.lease.task));
        Ok(tasks)
    }

    /// What was sealed with a claimed task. Opened for its handler alone: a secret that no longer opens, because its
    /// key has left the ring, fails its own task and no other.
    pub async fn task_secret(&self, task: &ClaimedTask) -> Result<Option<SecretString>, StoreError> {
        let (Some(tenant), Some(sealed)) = (task.tenant, &task.sealed) else {
            return Ok(None);
        };
        let name = row_name(&task.kind, &task.key);
        self.open(tenant, secret_place(&name), sealed).await.map(Some)
    }
}

/// Those of the lanes in which something is queued, most urgent first.
async fn lanes_with_work(tx: &mut Tx, lanes: &[TaskLane]) -> Result<Vec<TaskLane>, StoreError> {
    let mut select = sql("");
    for (place, lane) in lanes.iter().enumerate() {
        let opener = if place == 0 { "" } else { " UNION ALL " };
        select = select
            .push(opener)
            .push("SELECT lane FROM (SELECT lane FROM tasks WHERE queued AND lane = ")
            .push_bind(lane.number())
            .push(" LIMIT 1) AS found");
    }
    let rows = tx.read(select).await?;
    let mut with_work = Vec::with_capacity(rows.len());
    for row in &rows {
        with_work.push(lane(row)?);
    }
    with_work.sort_unstable();
    Ok(with_work)
}

/// Groups of the lane with queued tasks, going round from the one after `last`, enough for so many tasks.
async fn ready_groups(
    tx: &mut Tx,
    lane: TaskLane,
    last: &str,
    tasks: u32,
) -> Result<Vec<String>, StoreError> {
    let most = tasks.clamp(GROUPS.0, GROUPS.1);
    let mut groups = walk(tx, (lane, last), most).await?;
    if !last.is_empty() && groups.len() < most as usize {
        let mut before = walk(tx, (lane, ""), most).await?;
        before.retain(|group| !groups.contains(group));
        groups.extend(before);
    }
    groups.truncate(most as usize);
    Ok(groups)
}

/// Steps from group to group by the index, so that a group's length does not count.
async fn walk(tx: &mut Tx, (lane, after): (TaskLane, &str), most: u32) -> Result<Vec<String>, StoreError> {
    let select = sql("WITH RECURSIVE walk (group_key, place) AS (
             SELECT (SELECT group_key FROM tasks WHERE queued AND lane = $1 AND group_key > $2
                 ORDER BY group_key LIMIT 1), 1
             UNION ALL
             SELECT (SELECT tasks.group_key FROM tasks WHERE queued AND lane = $3 AND tasks.group_key > walk.group_key
                 ORDER BY tasks.group_key LIMIT 1), place + 1
             FROM walk WHERE walk.group_key IS NOT NULL AND place < $4)
         SELECT group_key FROM walk WHERE group_key IS NOT NULL")
    .bind(lane.number())
    .bind(after)
    .bind(lane.number())
    .bind(most);
    tx.read(select).await?.iter().map(|row| row.get(0)).collect()
}

/// Writes whose the oldest tasks of each group are now; passes by those that another claimer is just taking.
async fn take_first(
    tx: &mut Tx,
    (lane, groups, each): (TaskLane, Vec<String>, u32),
    owner: &str,
    (now, until): (Timestamp, Timestamp),
) -> Result<Vec<Row>, StoreError> {
    let ((among, among_these), (opener, closer)) = (tx.one_of(), tx.for_each_row());
    let length = usual_length(groups.len());
    let groups = groups.into_iter().map(Some).chain(iter::repeat(None));
    let update = sql(
        "UPDATE tasks SET state = 'running', queued = FALSE, again_us = NULL, again_lane = NULL,
             fence = fence + 1, due_us = ",
    )
    .push_bind(until)
    .push(", lease_owner = ")
    .push_bind(owner)
    .push(", updated_us = ")
    .push_bind(now)
    .push(" WHERE id")
    .push(among)
    .push("WITH wanted (group_key) AS (")
    .push_rows(groups.take(length).map(|group| [group.into()]))
    .push(") SELECT found.id FROM wanted CROSS JOIN ")
    .push(opener)
    .push(" FROM tasks WHERE queued AND lane = ")
    .push_bind(lane.number())
    .push(" AND tasks.group_key = wanted.group_key ORDER BY due_us LIMIT ")
    .push_bind(each)
    .push(tx.skip_locked())
    .push(closer)
    .push(among_these)
    .push(
        " RETURNING id, fence, tenant_id, kind, key, lane, group_key, payload, secret, transient_failures,
             rejected_failures",
    )
    .keep_prepared();
    tx.read(update).await
}

/// A row that was just claimed. Columns by their places: there may be a thousand rows.
fn claimed(row: &Row, leased_until: Timestamp) -> Result<ClaimedTask, StoreError> {
    let failures = |place: usize| {
        row.get::<i64>(place)
            .map(|count| u32::try_from(count).unwrap_or(u32::MAX))
    };
    Ok(ClaimedTask {
        lease: Lease {
            task: TaskId(row.get(0)?),
            fence: row.get(1)?,
        },
        leased_until,
        tenant: row.get::<Option<Uuid>>(2)?.map(TenantId),
        kind: row.get(3)?,
        key: row.get(4)?,
        lane: known_lane(row.get(5)?)?,
        group: row.get(6)?,
        payload: serde_json::from_str(&row.get::<String>(7)?).map_err(|_| corrupt("payload", "no JSON"))?,
        sealed: row.get(8)?,
        transient_failures: failures(9)?,
        rejected_failures: failures(10)?,
    })
}

fn count(tasks: &[ClaimedTask]) -> u32 {
    u32::try_from(tasks.len()).unwrap_or(u32::MAX)
}

pub(super) fn lane(row: &Row) -> Result<TaskLane, StoreError> {
    known_lane(row.get("lane")?)
}

fn known_lane(number: i64) -> Result<TaskLane, StoreError> {
    TaskLane::from_number(number).ok_or_else(|| corrupt("lane", "an unknown lane"))
}
