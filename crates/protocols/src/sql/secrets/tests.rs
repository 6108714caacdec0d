//! What is masked of statements, and what is not.

use super::{Masked, Tables};
use proptest::{prop_assert, proptest};

/// A statement with which a conversation begins.
fn masked(text: &str) -> Masked<'_> {
    super::masked(text, &mut Tables::default())
}

#[test]
fn values_of_secret_columns_are_masked_wherever_they_stand() {
    for (statement, told) in [
        (
            "CREATE LOGIN a WITH PASSWORD = N'it''s', DEFAULT_DATABASE = 'b'",
            "CREATE LOGIN a WITH PASSWORD = N'***', DEFAULT_DATABASE = 'b'",
        ),
        ("ALTER ROLE a PASSWORD 'open", "ALTER ROLE a PASSWORD '***"),
        ("CREATE USER a IDENTIFIED BY 'x'; SELECT 'b'", "CREATE USER a IDENTIFIED BY '***'; SELECT 'b'"),
        (
            "INSERT INTO users(name,password) VALUES ('bob','x'), ('eve','y')",
            "INSERT INTO users(name,password) VALUES ('bob','***'), ('eve','***')",
        ),
        (
            "INSERT INTO \"public\".\"users\" (\"id\", \"password_hash\", [at]) VALUES (DEFAULT, 'scrypt:1', 'b') \
             ON CONFLICT (id) DO UPDATE SET at = 'c'",
            "INSERT INTO \"public\".\"users\" (\"id\", \"password_hash\", [at]) VALUES (DEFAULT, '***', 'b') \
             ON CONFLICT (id) DO UPDATE SET at = 'c'",
        ),
        (
            "insert into u (pin, a, token) values (1234, concat('b', 'c'), upper(concat('x', 'y')))",
            "insert into u (pin, a, token) values (***, concat('b', 'c'), upper(concat('***', '***')))",
        ),
        ("INSERT INTO u (a, pwd) SELECT 'b', 'x' FROM t", "INSERT INTO u (a, pwd) SELECT 'b', '***' FROM t"),
        (
            "UPDATE u SET name = 'b', password = crypt('x', gen_salt('y')), at = 'c' WHERE id = 'd'",
            "UPDATE u SET name = 'b', password = crypt('***', gen_salt('***')), at = 'c' WHERE id = 'd'",
        ),
        (
            "INSERT INTO u (a, pwd) VALUES ('b', replace('x', 'y', 'z'))",
            "INSERT INTO u (a, pwd) VALUES ('b', replace('***', '***', '***'))",
        ),
        ("SELECT * FROM u WHERE pwd='x' AND a='b'", "SELECT * FROM u WHERE pwd='***' AND a='b'"),
        (
            "SELECT 1 WHERE (a = 'b' OR u.pwd LIKE 'x') AND c = 'd'",
            "SELECT 1 WHERE (a = 'b' OR u.pwd LIKE '***') AND c = 'd'",
        ),
        ("SELECT 1 WHERE md5(password) = 'x'", "SELECT 1 WHERE md5(password) = '***'"),
        ("SELECT 1 WHERE 'x' = password", "SELECT 1 WHERE '***' = password"),
        (
            "SELECT 'b' FROM u WHERE a = 'c' AND md5(concat('x', 'y')) = pwd",
            "SELECT 'b' FROM u WHERE a = 'c' AND md5(concat('***', '***')) = pwd",
        ),
        ("SELECT crypt('x', gen_salt('y')), 'b'", "SELECT crypt('***', gen_salt('***')), 'b'"),
        (
            "MERGE INTO u USING (SELECT 'b' AS name, upper('x') AS password) s ON 1=1",
            "MERGE INTO u USING (SELECT 'b' AS name, upper('***') AS password) s ON 1=1",
        ),
        (
            "EXEC xp_cmdshell 'net use \\\\h /user:u x'; SELECT 'net use x'",
            "EXEC xp_cmdshell 'net use \\\\h /user:u ***'; SELECT 'net use x'",
        ),
        (
            "SELECT 1 WHERE password IN ('x', 'y') AND a IN ('b')",
            "SELECT 1 WHERE password IN ('***', '***') AND a IN ('b')",
        ),
        (
            "SELECT 1 WHERE pwd BETWEEN 'x' AND 'y' AND a = 'b'",
            "SELECT 1 WHERE pwd BETWEEN '***' AND '***' AND a = 'b'",
        ),
        ("ALTER USER a PASSWORD $$x$$", "ALTER USER a PASSWORD $$***$$"),
        (
            "DO $b$ BEGIN ALTER USER a PASSWORD 'x'; END $b$",
            "DO $b$ BEGIN ALTER USER a PASSWORD '***'; END $b$",
        ),
        ("ALTER USER a PASSWORD E'x\\'y' VALID UNTIL 'b'", "ALTER USER a PASSWORD E'***' VALID UNTIL 'b'"),
        ("EXEC sp_addlogin 'b', 'x'", "EXEC sp_addlogin '***', '***'"),
        ("EXEC reset @user = 'b', @password = 'x'", "EXEC reset @user = 'b', @password = '***'"),
        (
            "CREATE SUBSCRIPTION s CONNECTION 'host=b;password=x'",
            "CREATE SUBSCRIPTION s CONNECTION 'host=b;password=***'",
        ),
    ] {
        let shown = masked(statement);
        assert_eq!(shown.text, told);
        assert!(shown.is_secret());
        assert_eq!(masked(told).text, told, "what is masked stays as it is");
    }
}

#[test]
fn an_insert_without_columns_is_masked_by_what_is_known_of_its_table() {
    for (statement, told) in [
        ("INSERT INTO users VALUES (1, 'bob', 'x')", "INSERT INTO users VALUES (1, '***', '***')"),
        (
            "insert dbo.AspNetUsers select 'bob', 'x' from t",
            "insert dbo.AspNetUsers select '***', '***' from t",
        ),
        (
            "INSERT INTO \"app\".\"credentials\" VALUES (1, N'x'), (2, N'y'); INSERT INTO moves VALUES ('b')",
            "INSERT INTO \"app\".\"credentials\" VALUES (1, N'***'), (2, N'***'); INSERT INTO moves VALUES ('b')",
        ),
        (
            "INSERT INTO crew(name,pwd) VALUES ('b','x'); INSERT INTO crew VALUES ('c','y')",
            "INSERT INTO crew(name,pwd) VALUES ('b','***'); INSERT INTO crew VALUES ('***','***')",
        ),
    ] {
        assert_eq!(masked(statement).text, told);
    }
    let guessed = masked("INSERT INTO users VALUES (1, 'bob')");
    assert!(!guessed.is_secret(), "nobody knows whether one of them is a secret");
}

#[test]
fn an_insert_without_columns_is_masked_by_the_places_of_the_table_that_was_created() {
    let created = "CREATE TEMP TABLE IF NOT EXISTS a.Crew (id int, name varchar(20) DEFAULT 'a', pwd char(8) NOT NULL, \
                   PRIMARY KEY (id, pwd)); ";
    let shown = masked(&[created, "INSERT INTO crew VALUES (1, 'b', 'x')"].concat()).text.into_owned();
    assert_eq!(shown.strip_prefix(created), Some("INSERT INTO crew VALUES (1, 'b', '***')"));
    let users = "CREATE TABLE users (id int, name text); INSERT INTO users VALUES (1, 'b')";
    assert_eq!(masked(users).text, users, "it has no place for a secret");
}

#[test]
fn what_is_known_of_tables_holds_for_the_conversation_until_they_change() {
    let mut tables = Tables::default();
    let mut told = |statement: &str| super::masked(statement, &mut tables).text.into_owned();
    told("CREATE TABLE crew (id int, name text, pwd text)");
    assert_eq!(told("INSERT INTO crew VALUES (1, 'b', 'x')"), "INSERT INTO crew VALUES (1, 'b', '***')");
    told("ALTER TABLE crew DROP COLUMN name");
    assert_eq!(told("INSERT INTO crew VALUES (1, 'x')"), "INSERT INTO crew VALUES (1, '***')");
    told("CREATE TABLE crew (pwd text, name text)");
    assert_eq!(told("INSERT INTO crew VALUES ('x', 'b')"), "INSERT INTO crew VALUES ('***', 'b')");
    told("CREATE TABLE shift (id int, name text)");
    told("ALTER TABLE shift ADD age int");
    assert_eq!(told("INSERT INTO shift VALUES (1, 'b', 2)"), "INSERT INTO shift VALUES (1, 'b', 2)");
    told("ALTER TABLE ONLY public.shift ADD COLUMN password text");
    assert_eq!(told("INSERT INTO shift VALUES (1, 'b', 'x')"), "INSERT INTO shift VALUES (1, '***', '***')");
}

#[test]
fn what_is_known_of_tables_is_bounded_and_the_latest_is_kept() {
    let mut tables = Tables::default();
    for number in 0..1_000 {
        super::masked(&format!("CREATE TABLE t{number} (a text, pwd text)"), &mut tables);
    }
    let long = "x".repeat(10_000);
    let places = "pwd text, ".repeat(10_000);
    super::masked(
        &format!("CREATE TABLE {long} (pwd text); CREATE TABLE wide ({places} a int)"),
        &mut tables,
    );
    assert!(format!("{tables:?}").len() < 4_096);
    let mut told = |statement: &str| super::masked(statement, &mut tables).text.into_owned();
    assert_eq!(told("INSERT INTO t999 VALUES ('a', 'x')"), "INSERT INTO t999 VALUES ('a', '***')");
    assert_eq!(told("INSERT INTO wide VALUES ('x')"), "INSERT INTO wide VALUES ('***')");
}

#[test]
fn parameters_in_the_place_of_a_secret_are_named() {
    for (statement, names) in [
        ("INSERT INTO u (a, password) VALUES ($1, $2)", &["$2"][..]),
        ("UPDATE u SET password = @P1 WHERE id = @P2", &["@P1"]),
        ("SELECT 1 FROM u WHERE id = $1", &[]),
    ] {
        assert_eq!(masked(statement).parameters, names, "{statement}");
    }
}

#[test]
fn a_statement_without_secrets_is_told_as_it_is() {
    for statement in [
        "SELECT password FROM users",
        "INSERT INTO moves(container_no,weight) VALUES ('MSCU1234565',21000)",
        "SELECT a FROM b WHERE c = 'd' -- password = 'x'",
        "INSERT INTO u VALUES ('b'); SELECT 'c'",
        "SELECT '$1', $1, ''",
    ] {
        let shown = masked(statement);
        assert_eq!((&*shown.text, shown.is_secret()), (statement, false));
    }
}

proptest! {
    #[test]
    fn any_text_is_survived(text in "\\PC{0,60}", some in "(insert|pwd|values|select|['\"$(),;=E\\\\] ?){0,20}") {
        for text in [text, some] {
            prop_assert!(!masked(&text).text.is_empty() || text.is_empty());
        }
    }
}
