//! What is told to who wrote it wrong.

use super::{QUAY, parse, parse_with};

/// All that is told, one line a mistake.
fn told(text: &str) -> Vec<String> {
    told_with(text, &[])
}

fn told_with(text: &str, files: &[(&str, &str)]) -> Vec<String> {
    match parse_with(text, files) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.to_string().lines().map(str::to_owned).collect(),
    }
}

/// Each mistake is at this place and says this.
#[track_caller]
fn assert_told(text: &str, wanted: &[(&str, &str)]) {
    assert_all(&told(text), wanted);
}

#[track_caller]
fn assert_all(told: &[String], wanted: &[(&str, &str)]) {
    let fits = |(line, (place, says)): (&String, &(&str, &str))| {
        line.starts_with(&format!("{place}: ")) && line.contains(says)
    };
    assert!(told.len() == wanted.len() && told.iter().zip(wanted).all(fits), "{told:#?}\n{wanted:#?}");
}

#[test]
fn a_misspelt_key_is_told_with_its_place_and_what_was_meant() {
    assert_told(
        "[crane.STS07]\n  nework = [\"10.70.7.0/24\"]\n\n[cranes.STS08]\n",
        &[("site.toml:2:3", "did you mean \"networks\"?"), ("site.toml:4:2", "did you mean \"crane\"?")],
    );
}

#[test]
fn what_a_file_calls_its_tables_and_files_cannot_steer_a_terminal() {
    let steering = [
        "[crane.\"A\u{1b}[2J\"]\nnework = []\n",
        "[crane.A\u{e}]\nnework = 7\n",
        "[zone.\"\\u001B]0;x\\u0007\"]\nkind = 7\nnetworks = \"\\u202Ex\"\n",
        "[[tag_map]]\nfile = \"a\\u001B[31m.csv\"\n",
        "[site]\nnetworks = [\"\\u009B31m\", 1]\n\"\\u001B\" = 1\n",
    ];
    for text in steering {
        let told = told(text);
        assert!(!told.is_empty());
        let steers = |c: char| c.is_control() || c == '\u{202e}';
        assert!(!told.iter().any(|line| line.contains(steers)), "{told:?}");
    }
}

#[test]
fn all_mistakes_are_told_together_in_the_order_of_the_file() {
    let text = r#"
[site]
utc_offset = "1"
[zone.a]
kind = "crane control!"
networks = ["10.0.0.5/24", 7]
[asset.b]
role = "controler"
macs = ["00:11"]
[[writer]]
may = ["Wirte"]
min = 5
max = 4
"#;
    assert_told(
        text,
        &[
            ("site.toml:3:14", "+01:00"),
            ("site.toml:5:8", "did you mean \"crane-control\"?"),
            ("site.toml:6:13", "did you mean \"10.0.0.0/24\"?"),
            ("site.toml:6:28", "networks is an integer"),
            ("site.toml:8:8", "did you mean \"controller\"?"),
            ("site.toml:9:9", "00:1b:1b:01:02:03"),
            ("site.toml:10:1", "who in [[writer]] is missing"),
            ("site.toml:11:8", "did you mean \"Write\"?"),
            ("site.toml:12:7", "min 5 is above max 4"),
        ],
    );
}

#[test]
fn what_is_not_toml_is_told_and_what_follows_is_still_read() {
    let told = told("[zone.a]\nkind = = \"office\"\n[zone.b]\nkind = \"ofice\"\n");
    assert!(told[0].starts_with("site.toml:2:8: not TOML: "), "{told:?}");
    assert!(
        told.iter().any(|line| line.starts_with("site.toml:4:8: ") && line.contains("\"office\"")),
        "{told:?}"
    );
}

#[test]
fn a_name_given_twice_is_told() {
    let told_twice = told("[zone.a]\n[zone.a]\n");
    assert!(told_twice[0].starts_with("site.toml:2:"), "{told_twice:?}");
    assert!(told_twice[0].contains("duplicate key"), "{told_twice:?}");
    let text = "[pattern.p.asset.plc]\n[crane.A]\npattern = \"p\"\n[asset.plc]\n";
    assert_told(text, &[("site.toml:4:8", "asset \"plc\" is there twice (see line 1)")]);
}

#[test]
fn networks_of_two_cranes_overlap_only_on_different_vlans() {
    let cranes = |first: &str, second: &str| {
        format!(
            "[crane.A]\nnetworks = [\"10.0.0.0/16\"]\n{first}\n[crane.B]\nnetworks = [\"10.0.7.0/24\"]\n{second}\n"
        )
    };
    let overlap = [("site.toml:5:13", "10.0.7.0/24 of B overlaps 10.0.0.0/16 of A")];
    assert_told(&cranes("", ""), &overlap);
    assert_told(&cranes("vlans = [7]", ""), &overlap);
    assert_told(&cranes("vlans = [7, 8]", "vlans = 8"), &overlap);
    assert_told(&cranes("vlans = [7]", "vlans = [8]"), &[]);
    assert_told(
        &cranes("vlans = [0]", "vlans = [8]"),
        &[("site.toml:3:10", "1 to 4094"), ("site.toml:5:13", "overlaps")],
    );
}

#[test]
fn zones_and_assets_may_lie_within_each_other_and_may_not_cross() {
    assert_told("[zone.a]\nnetworks = [\"10.0.0.0/8\"]\n[zone.b]\nnetworks = [\"10.1.0.0/16\"]\n", &[]);
    assert_told(
        "[zone.a]\nnetworks = [\"10.0.0.0/24\"]\n[zone.b]\nnetworks = [\"10.0.0.9-10.0.1.4\"]\n",
        &[("site.toml:3:7", "10.0.0.9-10.0.1.4 of b overlaps 10.0.0.0/24 of a")],
    );
    assert_told(
        "[asset.a]\naddresses = \"10.0.0.1\"\n[asset.b]\naddresses = \"10.0.0.1\"\n",
        &[("site.toml:3:8", "10.0.0.1 of b overlaps 10.0.0.1 of a (see line 1)")],
    );
    assert_told(
        "[asset.a]\nmacs = \"02-00-00-00-00-01\"\n[asset.b]\nmacs = \"0200.0000.0001\"\n",
        &[("site.toml:3:8", "02:00:00:00:00:01 of b is also that of a")],
    );
}

#[test]
fn a_conduit_between_zones_nobody_described_is_told() {
    let text =
        "[zone.terminal]\n[zone.control]\n[[conduit]]\nfrom = \"termnial\"\nto = [\"control\", \"vendor\"]\n";
    assert_told(
        text,
        &[
            ("site.toml:4:8", "did you mean \"terminal\"?"),
            ("site.toml:5:18", "names \"vendor\", which is not described; valid: control, terminal"),
        ],
    );
}

#[test]
fn who_a_rule_names_has_to_be_there() {
    let text = "[asset.plc]\n[crane.A]\n[[writer]]\nwho = [\"plcc\", \"controller\", \"A\", \"role:hmmi\", \
                \"10.0.0.300\", \"crane:B\", \"any\"]\n";
    assert_told(
        text,
        &[
            ("site.toml:4:8", "did you mean \"plc\"?"),
            ("site.toml:4:16", "did you mean \"role:controller\"?"),
            ("site.toml:4:30", "did you mean \"crane:A\"?"),
            ("site.toml:4:35", "did you mean \"hmi\"?"),
            ("site.toml:4:48", "cannot be \"10.0.0.300\""),
            ("site.toml:4:62", "names \"crane:B\""),
        ],
    );
}

#[test]
fn bad_networks_are_told_with_what_they_should_be() {
    let text =
        "[site]\nnetworks = [\"10.0.0.0/33\", \"10.0.0.0/255.255.0.0\", \"10.0.0.9-10.0.0.1\", \"ten\"]\n";
    assert_told(
        text,
        &[
            ("site.toml:2:13", "a network 10.70.7.0/24"),
            ("site.toml:2:28", "did you mean \"10.0.0.0/16\"?"),
            ("site.toml:2:52", "whose first address is not above its last"),
            ("site.toml:2:73", "cannot be \"ten\""),
        ],
    );
}

#[test]
fn the_end_of_an_address_has_to_lie_within_the_crane() {
    let text = "[crane.A]\nnetworks = [\"10.0.0.0/26\"]\n[crane.A.asset.x]\naddresses = [\".10\", \".70\", \".1.2.3.4\"]\n\
                [asset.y]\naddresses = [\".10\"]\n";
    assert_told(
        text,
        &[
            ("site.toml:4:21", "within the crane's network"),
            ("site.toml:4:28", ".64/26"),
            ("site.toml:6:14", "cannot be \".10\""),
        ],
    );
}

#[test]
fn names_that_rules_could_not_tell_from_other_words_are_refused() {
    let text = "[asset.any]\n[zone.\"a/b\"]\n[asset.\"role:hmi\"]\n";
    assert_eq!(told(text).len(), 3, "{:?}", told(text));
}

#[test]
fn links_and_recipients_have_to_say_what_they_are() {
    let text = "[recipient.a]\ndomains = [\"http://x\"]\ndata = [\"weight\"]\n[vendor_link.b]\nkinds = [\"team-viewer\", \
                \"opnvpn\"]\n[vendor_link.c]\npattern = \"sometimes\"\n";
    assert_told(
        text,
        &[
            ("site.toml:1:12", "networks or domains in [recipient.a] is missing"),
            ("site.toml:2:12", "*.maker.example"),
            ("site.toml:3:9", "did you mean \"weights\"?"),
            ("site.toml:4:14", "pattern in [vendor_link.b] is missing"),
            ("site.toml:5:25", "did you mean \"openvpn\"?"),
            ("site.toml:7:11", "always, on-demand, never"),
        ],
    );
}

#[test]
fn columns_are_counted_in_characters_and_a_byte_order_mark_is_no_character() {
    assert_told("\u{feff}[zone.\"Süd\"]\nkind = 5\n", &[("site.toml:2:8", "kind is an integer")]);
    assert_told("[zone]\n\"Süd\" = { kind = 5 }\n", &[("site.toml:2:18", "kind is an integer")]);
}

#[test]
fn a_tag_map_that_is_not_there_is_told_where_it_is_named() {
    let text = "[[tag_map]]\nof = \"any\"\nfile = \"tags.csv\"\n";
    assert_told(text, &[("site.toml:3:8", "tags.csv: there is no such file")]);
}

#[test]
fn mistakes_in_a_tag_map_are_told_with_its_own_lines_and_columns() {
    let site = "[asset.hmi]\n[[tag_map]]\nof = \"any\"\nfile = \"tags.csv\"\nprotocol = \"modbus\"\n";
    let tags = "tag;address;type;min;max;scael;writable_by\r\n\
                Load.Net;holding 100;float32;0;75;;\r\n\
                \"Load;Gross\";holdng 102;float32;;;;\r\n\
                # a comment; of people\r\n\
                \r\n\
                Par.SWL;40007;float23;65;41;;\r\n\
                Load.Net;holding 7;;;;;\r\n\
                Par.X;DB1.DBD0;;x;;;\r\n\
                ;holding 1;;;;;\r\n\
                Y;holding 1..2;uint16;;;;hmmi\r\n";
    assert_all(
        &told_with(site, &[("tags.csv", tags)]),
        &[
            ("tags.csv:1:26", "did you mean \"scale\"?"),
            ("tags.csv:3:14", "cannot be \"holdng 102\""),
            ("tags.csv:6:15", "cannot be \"float23\""),
            ("tags.csv:6:23", "min 65 is above max 41"),
            ("tags.csv:7:1", "tag \"Load.Net\" is there twice (see line 2)"),
            ("tags.csv:8:7", "holding 100"),
            ("tags.csv:8:17", "a number such as"),
            ("tags.csv:9:1", "tag is missing"),
            ("tags.csv:10:3", "as many registers as the type has"),
        ],
    );
    let tags = "tag,address,writable_by\nA,coil 1,\"hmi, hmmi\"\n";
    assert_all(&told_with(site, &[("tags.csv", tags)]), &[("tags.csv:2:10", "did you mean \"hmi\"?")]);
}

#[test]
fn a_crane_of_a_pattern_nobody_described_is_told() {
    assert_told(
        "[pattern.sts]\n[crane.A]\npattern = \"stss\"\n",
        &[("site.toml:3:11", "did you mean \"sts\"?")],
    );
}

#[test]
fn a_good_site_has_no_mistakes() {
    assert_eq!(told(QUAY), Vec::<String>::new());
    assert!(parse("").is_ok());
}
