//! Pools: who offers computers, in which sizes, at which prices.

use crate::{Error, Need, Price, Refused, store};
use base::{FieldProblems, Time};
use db::{Read, Tx};
use identity::{Actor, OrganisationId};

base::id_types! {
    /// Names a pool.
    PoolId;
    /// Names a flavor.
    FlavorId;
}

/// Most characters of a code.
const CODE_CHARS_MAX: usize = 60;
/// Most characters of a name.
const NAME_CHARS_MAX: usize = 200;
/// Most characters of a pool's terms.
const TERMS_CHARS_MAX: usize = 10_000;

/// A pool to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPool {
    /// What operators call it: `a-z`, `0-9` and `-`.
    pub code: String,
    /// Its name in English.
    pub name_en: String,
    /// Its name in Chinese, or nothing.
    pub name_zh: String,
    /// Who is paid for it.
    pub supplier: OrganisationId,
    /// How it is reached: JSON that only the program which runs the jobs reads.
    pub backend: String,
    /// What it has.
    pub capacity: Need,
    /// Most jobs of one group that run at once; `None`: as many as there is room for.
    pub group_max: Option<u32>,
    /// Its terms, for people.
    pub terms: String,
    /// Whether it was made up for a demonstration.
    pub is_synthetic: bool,
}

/// A pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// Its id.
    pub id: PoolId,
    /// What it was made as.
    pub made: NewPool,
    /// Whether it takes jobs.
    pub is_open: bool,
    /// When it was made.
    pub created_at: Time,
}

/// A size in which a pool is offered, to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFlavor {
    /// What clients name it by, as in `cpu-basic`: one name in the whole zone.
    pub code: String,
    /// Its name for people.
    pub name: String,
    /// What a job of it gets.
    pub need: Need,
    /// Bytes that a job of it may write.
    pub disk_bytes: u64,
    /// Kind of its accelerators, or nothing.
    pub accelerator: String,
    /// What it costs.
    pub price: Price,
}

/// A size in which a pool is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flavor {
    /// Its id.
    pub id: FlavorId,
    /// Its pool.
    pub pool: PoolId,
    /// What it was made as, with its present price.
    pub made: NewFlavor,
    /// Version of its present price, from 1.
    pub version: u32,
    /// Whether new jobs may have it.
    pub is_offered: bool,
}

fn code_check(problems: &mut FieldProblems, code: &str) {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_code = (1..=CODE_CHARS_MAX).contains(&code.len()) && code.bytes().all(is_plain);
    problems.require(is_code, "code", "must be 1 to 60 of a-z, 0-9 and -");
}

fn need_check(problems: &mut FieldProblems, need: &Need) {
    let fits = |value: u64| i64::try_from(value).is_ok();
    let is_some = need.cores_milli > 0 && fits(need.cores_milli);
    problems.require(is_some, "cores_milli", "must be at least 1 thousandth of a core");
    let is_some = need.memory_bytes > 0 && fits(need.memory_bytes);
    problems.require(is_some, "memory_bytes", "must be at least 1");
    problems.require(fits(need.accelerators), "accelerators", "is too large");
}

/// Makes a pool, open for jobs.
///
/// Refuses bad fields, all at once, and a code that is taken.
pub fn pool_create(tx: &mut Tx<'_>, actor: Actor, new: &NewPool) -> Result<Pool, Error> {
    let mut problems = FieldProblems::default();
    code_check(&mut problems, &new.code);
    problems.text("name_en", &new.name_en, 1, NAME_CHARS_MAX);
    problems.text("name_zh", &new.name_zh, 0, NAME_CHARS_MAX);
    problems.text("terms", &new.terms, 0, TERMS_CHARS_MAX);
    need_check(&mut problems, &new.capacity);
    problems.require(new.group_max != Some(0), "group_max", "must be at least 1");
    problems.finish().map_err(Refused::Invalid)?;
    if store::pool::by_code(tx, &new.code)?.is_some() {
        return Err(Refused::CodeTaken(new.code.clone()).into());
    }
    let pool = Pool { id: tx.id(), made: new.clone(), is_open: true, created_at: tx.now() };
    store::pool::insert(tx, &pool)?;
    identity::audit(tx, actor, "pool.create", &pool.id.0, &new.code)?;
    Ok(pool)
}

/// Opens a pool for jobs, or closes it: jobs that wait stay, and none begins.
///
/// Refuses an unknown pool.
pub fn pool_open(tx: &mut Tx<'_>, actor: Actor, id: PoolId, is_open: bool) -> Result<(), Error> {
    pool_read(tx, id)?;
    store::pool::open(tx, id, is_open)?;
    let action = if is_open { "pool.open" } else { "pool.close" };
    Ok(identity::audit(tx, actor, action, &id.0, &is_open)?)
}

/// Reads a pool.
pub fn pool_read(read: &Read<'_>, id: PoolId) -> Result<Pool, Error> {
    store::pool::find(read, id)?.ok_or_else(|| Refused::PoolUnknown(id).into())
}

/// Finds a pool by its code.
pub fn pool_find(read: &Read<'_>, code: &str) -> Result<Option<Pool>, Error> {
    Ok(store::pool::by_code(read, code)?)
}

/// Lists all pools by their codes.
pub fn pools_list(read: &Read<'_>) -> Result<Vec<Pool>, Error> {
    Ok(store::pool::list(read)?)
}

/// Offers a size of a pool.
///
/// Refuses bad fields, all at once, more than the pool has, and a code that is taken.
pub fn flavor_add(
    tx: &mut Tx<'_>,
    actor: Actor,
    pool: PoolId,
    new: &NewFlavor,
) -> Result<Flavor, Error> {
    let offered = pool_read(tx, pool)?;
    let mut problems = FieldProblems::default();
    code_check(&mut problems, &new.code);
    problems.text("name", &new.name, 1, NAME_CHARS_MAX);
    problems.text("accelerator", &new.accelerator, 0, NAME_CHARS_MAX);
    need_check(&mut problems, &new.need);
    let is_disk = new.disk_bytes > 0 && i64::try_from(new.disk_bytes).is_ok();
    problems.require(is_disk, "disk_bytes", "must be at least 1");
    let does_fit = new.need.fits(&offered.made.capacity);
    problems.require(does_fit, "need", "is more than the pool has");
    problems.finish().map_err(Refused::Invalid)?;
    if store::pool::flavor_by_code(tx, &new.code)?.is_some() {
        return Err(Refused::CodeTaken(new.code.clone()).into());
    }
    let flavor = Flavor { id: tx.id(), pool, made: new.clone(), version: 1, is_offered: true };
    store::pool::flavor_insert(tx, &flavor)?;
    store::pool::price_insert(tx, (flavor.id, 1), &new.price)?;
    identity::audit(tx, actor, "flavor.add", &pool.0, &new.code)?;
    Ok(flavor)
}

/// Sets a new price from now on; earlier versions stay for what was quoted under them.
///
/// Refuses an unknown flavor.
pub fn price_set(tx: &mut Tx<'_>, actor: Actor, code: &str, price: Price) -> Result<Flavor, Error> {
    let mut flavor = flavor_find(tx, code)?;
    flavor.version += 1;
    flavor.made.price = price;
    store::pool::price_insert(tx, (flavor.id, flavor.version), &price)?;
    store::pool::flavor_update(tx, &flavor)?;
    identity::audit(tx, actor, "flavor.price", &flavor.pool.0, &(code, flavor.version))?;
    Ok(flavor)
}

/// Offers a flavor to new jobs, or no longer.
///
/// Refuses an unknown flavor.
pub fn flavor_offer(
    tx: &mut Tx<'_>,
    actor: Actor,
    code: &str,
    is_offered: bool,
) -> Result<(), Error> {
    let flavor = Flavor { is_offered, ..flavor_find(tx, code)? };
    store::pool::flavor_update(tx, &flavor)?;
    Ok(identity::audit(tx, actor, "flavor.offer", &flavor.pool.0, &(code, is_offered))?)
}

/// Finds a flavor by its code, with its present price.
pub fn flavor_find(read: &Read<'_>, code: &str) -> Result<Flavor, Error> {
    let found = store::pool::flavor_by_code(read, code)?;
    found.ok_or_else(|| Refused::FlavorUnknown(code.to_owned()).into())
}

/// Lists the flavors of all pools by their codes.
pub fn flavors_list(read: &Read<'_>) -> Result<Vec<Flavor>, Error> {
    Ok(store::pool::flavors(read)?)
}

/// Reads a version of a flavor's price, with when it was set; `None` where there is none.
pub fn price_version(
    read: &Read<'_>,
    flavor: FlavorId,
    version: u32,
) -> Result<Option<(Price, Time)>, Error> {
    Ok(store::pool::price(read, flavor, version)?)
}
