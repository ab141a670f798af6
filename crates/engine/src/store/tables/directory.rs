//! Tables `directory` and `directory_number`: all customers of the helpdesk, and who may have which number.

use crate::directory::Customer;
use crate::directory::entry::{Address, DirectoryChange, Listed, Listing, Place, Size, Spelling, Unmatched};
use crate::number::{E164, NoNumber, parse};
use crate::store::StoreError;
use crate::store::sql::{Row, Sql, Value, values};

/// Stands for a number where nothing can match.
const NO_NUMBER: &str = "";

pub(in crate::store) fn forget_all(sql: &mut dyn Sql) -> Result<(), StoreError> {
    sql.execute("DELETE FROM directory_number", &values![])?;
    sql.execute("DELETE FROM directory", &values![])?;
    Ok(())
}

pub(in crate::store) fn put(sql: &mut dyn Sql, change: &DirectoryChange) -> Result<(), StoreError> {
    if change.is_empty() {
        return Ok(());
    }
    forget(sql, &change.gone)?;
    for (was, survivor) in &change.became {
        put_customers(sql, &[survivor], change.pass)?;
        sql.execute(
            "INSERT INTO directory_number (customer, address, number, country, problem)
             SELECT $1, address, number, country, problem FROM directory_number WHERE customer = $2
             ON CONFLICT (customer, address, number) DO NOTHING",
            &values![&survivor.id, was],
        )?;
        forget(sql, std::slice::from_ref(was))?;
    }
    sql.execute_for_each(
        "DELETE FROM directory_number WHERE customer = $1 AND address = $2",
        &mut change.lost.iter().map(|(customer, address)| Vec::from(values![customer, &address.0])),
    )?;
    put_listings(sql, &change.gained, change.pass)?;
    sql.execute_for_each(
        "DELETE FROM directory_number WHERE customer = $1",
        &mut change.seen.iter().map(|listing| Vec::from(values![&listing.customer.id])),
    )?;
    put_listings(sql, &change.seen, change.pass)?;
    sql.execute_for_each(
        "DELETE FROM directory_number WHERE customer = $1 AND address = $2",
        &mut change.read_anew.iter().flat_map(|(customer, spellings)| {
            spellings.iter().map(move |spelling| Vec::from(values![customer, &spelling.address.0]))
        }),
    )?;
    for (customer, spellings) in &change.read_anew {
        put_spellings(sql, spellings.iter().map(|spelling| (customer.as_str(), spelling)))?;
    }
    if change.pass_ended {
        sql.execute(
            "DELETE FROM directory_number WHERE customer IN (SELECT customer FROM directory WHERE pass < $1)",
            &values![change.pass],
        )?;
        sql.execute("DELETE FROM directory WHERE pass < $1", &values![change.pass])?;
    }
    Ok(())
}

fn put_listings(sql: &mut dyn Sql, listings: &[Listing], pass: i64) -> Result<(), StoreError> {
    let mut customers: Vec<&Customer> = listings.iter().map(|listing| &listing.customer).collect();
    // In one order, whoever puts them: two programs that put the same ones wait for each other, and never in a ring.
    customers.sort_by(|one, other| one.id.cmp(&other.id));
    put_customers(sql, &customers, pass)?;
    put_spellings(
        sql,
        listings.iter().flat_map(|listing| {
            listing.spellings.iter().map(move |spelling| (listing.customer.id.as_str(), spelling))
        }),
    )
}

fn put_customers(sql: &mut dyn Sql, customers: &[&Customer], pass: i64) -> Result<(), StoreError> {
    sql.execute_for_each(
        "INSERT INTO directory (customer, name, email, note, updated_at, pass) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (customer) DO UPDATE SET name = excluded.name, email = excluded.email, note = excluded.note,
             updated_at = excluded.updated_at, pass = excluded.pass",
        &mut customers.iter().map(|customer| {
            Vec::from(values![
                &customer.id,
                &customer.name,
                customer.email.as_deref(),
                customer.note.as_deref(),
                customer.updated_at,
                pass
            ])
        }),
    )?;
    Ok(())
}

fn put_spellings<'a>(
    sql: &mut dyn Sql,
    spellings: impl Iterator<Item = (&'a str, &'a Spelling)>,
) -> Result<(), StoreError> {
    let mut sets = spellings.map(|(customer, spelling)| {
        let (number, problem) = match &spelling.read {
            Ok(number) => (number.as_str(), None),
            Err(why) => (NO_NUMBER, Some(why.code())),
        };
        let country = spelling.country.as_deref();
        let values: Vec<Value<'a>> = values![customer, &spelling.address.0, number, country, problem].into();
        values
    });
    sql.execute_for_each(
        "INSERT INTO directory_number (customer, address, number, country, problem) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (customer, address, number) DO NOTHING",
        &mut sets,
    )?;
    Ok(())
}

fn forget(sql: &mut dyn Sql, customers: &[String]) -> Result<(), StoreError> {
    for table in
        ["DELETE FROM directory_number WHERE customer = $1", "DELETE FROM directory WHERE customer = $1"]
    {
        sql.execute_for_each(table, &mut customers.iter().map(|customer| Vec::from(values![customer])))?;
    }
    Ok(())
}

/// Whoever has this number, most recently updated first.
pub(in crate::store) fn listed(sql: &mut dyn Sql, number: &E164) -> Result<Vec<Listed>, StoreError> {
    sql.rows(
        "SELECT d.customer, d.name, d.email, d.note, d.updated_at, n.number, n.address, n.country
         FROM directory_number n JOIN directory d ON d.customer = n.customer
         WHERE n.number = $1 ORDER BY coalesce(d.updated_at, 0) DESC, d.customer, n.address",
        &values![number.as_str()],
        one_listed,
    )
    .map(|all| all.into_iter().flatten().collect())
}

/// The numbers of a customer.
pub(in crate::store) fn numbers_of(
    sql: &mut dyn Sql,
    customer: &str,
    limit: usize,
) -> Result<Vec<E164>, StoreError> {
    sql.rows(
        "SELECT DISTINCT number FROM directory_number WHERE customer = $1 AND number <> $2 ORDER BY number LIMIT $3",
        &values![customer, NO_NUMBER, limit as i64],
        |row| row.get::<String>(0),
    )
    .map(|all| all.iter().filter_map(|number| parse(number, None)).collect())
}

/// Numbers that end in these digits.
pub(in crate::store) fn ending_in(
    sql: &mut dyn Sql,
    digits: &str,
    limit: usize,
) -> Result<Vec<Listed>, StoreError> {
    sql.rows(
        "SELECT d.customer, d.name, d.email, d.note, d.updated_at, n.number, n.address, n.country
         FROM directory_number n JOIN directory d ON d.customer = n.customer
         WHERE n.number LIKE $1 ORDER BY n.number, d.customer LIMIT $2",
        &values![format!("%{digits}"), limit as i64],
        one_listed,
    )
    .map(|all| all.into_iter().flatten().collect())
}

fn one_listed(row: &Row<'_>) -> Result<Option<Listed>, StoreError> {
    let customer = Customer {
        id: row.get(0)?,
        name: row.get(1)?,
        email: row.get(2)?,
        note: row.get(3)?,
        updated_at: row.get(4)?,
        spelled: None,
    };
    let number = parse(&row.get::<String>(5)?, None);
    let (address, country) = (Address(row.get(6)?), row.get(7)?);
    Ok(number.map(|number| Listed { customer, number, address, country }))
}

/// Numbers that nothing can match, after this customer and address.
pub(in crate::store) fn unmatched(
    sql: &mut dyn Sql,
    after: Option<&Place>,
    limit: usize,
) -> Result<Vec<Unmatched>, StoreError> {
    let (customer, address) = place(after);
    sql.rows(
        "SELECT n.customer, d.name, n.address, n.problem
         FROM directory_number n JOIN directory d ON d.customer = n.customer
         WHERE n.number = $1 AND (n.customer, n.address) > ($2, $3) ORDER BY n.customer, n.address LIMIT $4",
        &values![NO_NUMBER, customer, address, limit as i64],
        |row| {
            let why = row.get::<Option<String>>(3)?.and_then(|code| NoNumber::from_code(&code));
            Ok(Unmatched {
                customer: row.get(0)?,
                name: row.get(1)?,
                address: Address(row.get(2)?),
                why: why.unwrap_or(NoNumber::NoSuchNumber),
            })
        },
    )
}

/// Addresses whose meaning hangs on the countries of our lines, after this one.
pub(in crate::store) fn without_country_code(
    sql: &mut dyn Sql,
    after: Option<&Place>,
    limit: usize,
) -> Result<Vec<Place>, StoreError> {
    let (customer, address) = place(after);
    sql.rows(
        "SELECT DISTINCT customer, address FROM directory_number
         WHERE (customer, address) > ($1, $2) AND address NOT LIKE '+%' AND address NOT LIKE '00%'
         ORDER BY customer, address LIMIT $3",
        &values![customer, address, limit as i64],
        |row| Ok((row.get(0)?, Address(row.get(1)?))),
    )
}

fn place(after: Option<&Place>) -> (&str, &str) {
    after.map_or(("", ""), |(customer, address)| (customer, &address.0))
}

pub(in crate::store) fn size(sql: &mut dyn Sql) -> Result<Size, StoreError> {
    let size = sql.row(
        "SELECT (SELECT count(*) FROM directory), (SELECT count(*) FROM directory_number),
             (SELECT count(*) FROM directory_number WHERE number = $1)",
        &values![NO_NUMBER],
        |row| {
            let (numbers, unmatched) = (row.count(1)?, row.count(2)?);
            Ok(Size { customers: row.count(0)?, numbers: numbers.saturating_sub(unmatched), unmatched })
        },
    )?;
    Ok(size.unwrap_or_default())
}
