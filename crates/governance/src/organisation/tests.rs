use super::*;

fn seed() -> Organisation {
    Organisation::of_proposal()
}

/// Reads the built-in files with one change in one of them; the text to change must be there.
fn changed(file: FileKind, from: &str, to: &str) -> Result<Organisation, Error> {
    let mut files = Files::of_proposal();
    let text = match file {
        FileKind::Members => &mut files.members,
        FileKind::Stages => &mut files.stages,
        FileKind::Topics => &mut files.topics,
        FileKind::Contests => &mut files.contests,
        FileKind::Governance => &mut files.governance,
    };
    assert!(text.contains(from), "{from} is in {file}");
    *text = text.replacen(from, to, 1);
    Organisation::parse(&files)
}

/// Name and key of each member, typed in from the proposal's table.
const MEMBERS: [(&str, &str); 15] = [
    ("Renat Skitsan", "dbab2a32120be106f1eb9dbd80ca7c87742f574f31a5d7f188f695efa47e5e6d"),
    ("Senya Ostrovsky", "9b5bcf6ccdb180da143fa9fa784abb8917efabda1dde9fddede28e392e4c1b43"),
    ("Artem Ryabov", "498849b2c8881cb7ece1e92f965933d0780c2852eb8760d97c0eb7ce828dd02f"),
    ("Mitya Goroshevskiy", "6ff322ad669dfad2f396b98bdc8690cc49926f6a10cd7f10d07f031841cf09ef"),
    ("Anatoly Ustinov", "865a7eb0e94d2623135dc00f3c060efdc3211309e93b279ff7d4422c5f21195d"),
    ("Serge Medvedev", "2aedb672fa9944bafca2a9517bd96b255e9e0da2ca8da4668b356320f34eb91e"),
    ("Sergey Tyurin", "2c0ec55a109eb466d9db5ee7c3adb075e77627ade83ae17cea847671ab8f0a85"),
    ("Itakura", "9176985c03dd3aaaa8ba4952b775af86776412fe6ed99fe9ff366768967b92da"),
    ("Vladimir Simonov", "47280bcd8ec7f71dd189a374ba7fc0e8837eafbb61f073a1d12954232a4c0f10"),
    ("Anton Zavodovskyi", "7c560a506bfc0df38ac9f70bcecb21e70cdab72b0284c331f19099965aaa68b1"),
    ("Stanislav", "a4ee077ead36bed587e9afbcb44fb1d652dc8d11e892a40c6374f129241c19f2"),
    ("Artem Moiseenko", "dfd9209078f2a72fc1cfac5591fc70caa121d831d4ac4306a026bd914abffc98"),
    ("Anton", "bb1f2e4671eeccfdaefc5e07437d32f08da1aa23fdcdd909a1dfe41fb23e2943"),
    ("Dmitry Summit", "ef060a52434c315ea4f32e75d524c6634ebe10478fb09db5c667d22ce5e9912e"),
    ("Ekaterina Pantaz", "c9ae3b1c6aca828864702999e7bf1bd6f760f62988e056a4ba3a6104cde5fc17"),
];

#[test]
fn members_are_those_of_the_proposal_in_its_order() {
    let members = seed().members;
    let found: Vec<_> = members.iter().map(|m| (m.name.as_str(), m.public_key.to_string())).collect();
    let expected: Vec<_> = MEMBERS.iter().map(|(name, key)| (*name, (*key).to_owned())).collect();
    assert_eq!(found, expected);
    assert!(members.iter().all(|member| member.telegram && !member.background.is_empty()));
    assert_eq!(
        seed().declared_wallet.to_string(),
        "0:f92be05a0ff2aab349a0681c8f08d92e1d6dbd0ab791aa53b877c020c9c07202"
    );
    assert_eq!(seed().mandate_end, UnixTime(1_617_235_200));
}

/// (stage, contest, topic, participants, jury, org, total) in TON; zeros for "will be requested additionally".
const CONTESTS: [(u8, u8, u8, [u64; 4]); 15] = [
    (1, 1, 1, [1_000, 100, 20, 1_120]),
    (1, 2, 2, [100_000, 10_000, 2_000, 112_000]),
    (1, 3, 2, [100_000, 10_000, 2_000, 112_000]),
    (1, 4, 2, [200_000, 20_000, 4_000, 224_000]),
    (1, 5, 5, [200_000, 20_000, 4_000, 224_000]),
    (2, 6, 5, [200_000, 20_000, 4_000, 224_000]),
    (2, 7, 5, [0; 4]),
    (2, 8, 2, [100_000, 10_000, 2_000, 112_000]),
    (2, 9, 4, [200_000, 20_000, 4_000, 224_000]),
    (3, 10, 2, [100_000, 10_000, 2_000, 112_000]),
    (3, 11, 2, [100_000, 10_000, 2_000, 112_000]),
    (3, 12, 3, [200_000, 20_000, 4_000, 224_000]),
    (4, 13, 2, [200_000, 20_000, 4_000, 224_000]),
    (4, 14, 2, [200_000, 20_000, 4_000, 224_000]),
    (4, 15, 3, [0; 4]),
];

#[test]
fn contests_and_amounts_are_those_of_the_proposal() {
    let organisation = seed();
    let mut found = Vec::new();
    for stage in &organisation.stages {
        for contest in &stage.contests {
            let amounts = contest.budget.map_or([Nano::ZERO; 4], |budget| {
                [budget.participants, budget.jury, budget.org, budget.total()]
            });
            found.push((stage.number, contest.number, contest.topic, amounts));
        }
    }
    let expected: Vec<_> = CONTESTS
        .iter()
        .map(|&(stage, contest, topic, amounts)| (stage, contest, topic, amounts.map(Nano::tokens)))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn stage_totals_are_those_of_the_proposal() {
    let organisation = seed();
    let totals: Vec<_> = organisation.stages.iter().map(|stage| stage.total).collect();
    assert_eq!(totals, [673_120, 560_000, 448_000, 448_000].map(Nano::tokens));
    assert_eq!(organisation.total(), Nano::tokens(2_129_120));
    let soft: Vec<_> = organisation.stages.iter().map(|stage| stage.soft).collect();
    assert_eq!(soft, [false, true, true, true]);
}

#[test]
fn only_the_reliability_game_waits_for_the_economical_model() {
    let organisation = seed();
    for contest in organisation.contests() {
        let expected: &[u8] = if contest.number == 15 { &[9] } else { &[] };
        assert_eq!(contest.depends_on, expected, "contest {}", contest.number);
    }
    assert!(organisation.contest(9).unwrap().title.starts_with("Design economical model"));
    assert!(organisation.contest(16).is_none());
}

#[test]
fn topics_list_what_the_proposal_lists() {
    let organisation = seed();
    let sizes: Vec<_> = organisation.topics.iter().map(|t| (t.subtopics.len(), t.contests.len())).collect();
    assert_eq!(sizes, [(0, 0), (9, 10), (5, 2), (3, 1), (0, 3)]);
}

#[test]
fn members_are_found_by_number_name_or_start_of_name() {
    let organisation = seed();
    for (text, index) in
        [("0", 0), ("renat skitsan", 0), ("Anton", 12), ("anton z", 9), ("Serge M", 5), ("14", 14)]
    {
        assert_eq!(organisation.find_member(text), Ok(index), "{text}");
    }
    assert_eq!(
        organisation.find_member("Artem"),
        Err(Error::AmbiguousMember {
            text: "Artem".into(),
            names: vec!["Artem Ryabov".into(), "Artem Moiseenko".into()]
        })
    );
    for (text, nearest) in [("Renat Skitzan", "Renat Skitsan"), ("15", "Anton"), ("", "Anton")] {
        let error = Error::UnknownMember { text: text.into(), nearest: nearest.into() };
        assert_eq!(organisation.find_member(text), Err(error));
    }
}

#[test]
fn wrong_members_are_named() {
    let senya = MEMBERS[1].1;
    assert_eq!(
        changed(FileKind::Members, senya, MEMBERS[0].1),
        Err(Error::SameKey { first: "Renat Skitsan".into(), second: "Senya Ostrovsky".into() })
    );
    for key in [&senya[1..], &senya.to_uppercase(), &"0".repeat(64), &format!("0x{senya}")] {
        let error = Error::KeyForm { member: "Senya Ostrovsky".into() };
        assert_eq!(changed(FileKind::Members, senya, key), Err(error), "{key}");
    }
    assert_eq!(
        changed(FileKind::Members, "\"Senya Ostrovsky\"", "\"renat skitsan\""),
        Err(Error::SameName { name: "renat skitsan".into() })
    );
    assert_eq!(
        changed(FileKind::Members, "max_members = 15", "max_members = 14"),
        Err(Error::MemberCount { found: 15, min: 10, max: 14 })
    );
    assert_eq!(
        changed(FileKind::Members, "0:f92b", "0:zzzz").map_err(|error| error.to_string()),
        Err("the declared wallet \"0:zzzze05a0ff2aab349a0681c8f08d92e1d6dbd0ab791aa53b877c020c9c07202\" is not \
             an address like 0: and 64 hexadecimal digits"
            .into())
    );
}

#[test]
fn wrong_amounts_are_named() {
    let tokens = Nano::tokens;
    let stages = |from, to| changed(FileKind::Stages, from, to);
    assert_eq!(
        stages("total = 673_120", "total = 672_000"),
        Err(Error::StageSum { stage: 1, declared: tokens(672_000), sum: tokens(673_120) })
    );
    assert_eq!(
        stages("participants = 1_000\n", "participants = 999\n"),
        Err(Error::ContestSum { contest: 1, declared: tokens(1_120), sum: tokens(1_119) })
    );
    assert_eq!(stages("jury = 100\n", ""), Err(Error::Amounts { contest: 1 }));
    assert_eq!(stages("on_request = true", "on_request = false"), Err(Error::Amounts { contest: 7 }));
    assert_eq!(
        stages("participants = 1_000\njury = 100\n", "participants = 999\njury = 101\n"),
        Err(Error::Share { contest: 1, fund: "the jury", percent: 10 })
    );
    assert_eq!(
        stages("participants = 1_000\njury = 100\norg = 20\n", "participants = 1_000\njury = 99\norg = 21\n"),
        Err(Error::Share { contest: 1, fund: "the organisation", percent: 2 })
    );
}

#[test]
fn wrong_numbers_are_named() {
    let stages = |from, to| changed(FileKind::Stages, from, to);
    let order = |file, expected, found| Err(Error::Order { file, expected, found });
    assert_eq!(stages("number = 2\ntotal", "number = 3\ntotal"), order(FileKind::Stages, 2, 3));
    assert_eq!(stages("number = 6\ntopic", "number = 5\ntopic"), order(FileKind::Stages, 6, 5));
    assert_eq!(changed(FileKind::Topics, "number = 4", "number = 6"), order(FileKind::Topics, 4, 6));
    assert_eq!(stages("topic = 4", "topic = 6"), Err(Error::UnknownTopic { contest: 9, topic: 6 }));
    assert_eq!(stages("[9]", "[15]"), Err(Error::Dependency { contest: 15, on: 15 }));
}

#[test]
fn a_misspelt_field_is_an_error_with_its_line() {
    let Err(Error::Syntax { file, source }) = changed(FileKind::Stages, "soft = false", "sofd = false")
    else {
        panic!("a misspelt field is refused");
    };
    assert_eq!(file, FileKind::Stages);
    assert!(source.to_string().contains("sofd") && source.to_string().contains("line 10"), "{source}");
}

#[test]
fn shares_of_the_contest_proposals_give_every_row_of_the_proposal_exactly() {
    let organisation = seed();
    for &(_, number, _, [participants, jury, org, total]) in CONTESTS.iter().filter(|row| row.3[0] > 0) {
        let proposal = organisation.proposal(number).unwrap();
        let fund = Nano::tokens(participants);
        let shares =
            [crate::rules::share(fund, proposal.jury_bps), crate::rules::share(fund, proposal.org_bps)];
        assert_eq!(shares, [jury, org].map(Nano::tokens), "contest {number}");
        assert_eq!(fund.0 + shares[0].0 + shares[1].0, Nano::tokens(total).0, "contest {number}");
        let Prizes::Table(prizes) = &proposal.prizes else { panic!("contest {number} has a table") };
        assert_eq!(prizes.iter().copied().sum::<Nano>(), fund, "contest {number} gives its whole reward");
        assert_eq!(proposal.min_jurors, if participants >= 100_000 { 5 } else { 3 });
    }
}

#[test]
fn the_first_contest_selects_the_jury_and_games_are_split_by_points() {
    let organisation = seed();
    for proposal in &organisation.proposals {
        let is_jury = matches!(proposal.kind, ContestKind::Jury { .. });
        assert_eq!(is_jury, proposal.item == 1, "contest {}", proposal.item);
        let is_on_request = organisation.contest(proposal.item).unwrap().budget.is_none();
        assert_eq!(proposal.prizes == Prizes::ProRata, is_on_request, "contest {}", proposal.item);
    }
    assert_eq!(organisation.stage_of(5).map(|stage| stage.number), Some(1));
    assert_eq!(organisation.stage_of(6).map(|stage| stage.number), Some(2));
    assert_eq!(organisation.stage_of(16), None);
}

#[test]
fn parameters_are_those_of_the_rules() {
    let Governance { params, cycle_bounds, gas, terms, .. } = seed().governance;
    assert_eq!((params.min_members, params.max_members, params.max_place), (10, 15, 3));
    assert_eq!((params.jury_bps_max, params.org_bps_max), (1_000, 200));
    assert_eq!((params.voting_period, params.confirm_window), (Span::days(7), Span::days(14)));
    assert_eq!(cycle_bounds, [1_606_780_800, 1_617_235_200, 1_627_776_000, 1_638_316_800].map(UnixTime));
    assert_eq!(
        [gas.registry, gas.multisig, gas.treasury, gas.jury_pool],
        [300, 50, 50, 20].map(Nano::tokens)
    );
    assert!(terms.contains("does not distribute Tons to US citizens or entities"));
}

#[test]
fn wrong_parameters_are_named() {
    let governance = |from, to| changed(FileKind::Governance, from, to);
    let outside = |name, found, min, max| Err(Error::Parameter { name, found, min, max });
    let day = 86_400;
    for (from, to, error) in [
        (
            "voting_period = \"7d\"",
            "voting_period = \"23h\"",
            outside("voting_period", 82_800, day, 30 * day),
        ),
        (
            "voting_period = \"7d\"",
            "voting_period = \"31d\"",
            outside("voting_period", 31 * day, day, 30 * day),
        ),
        ("voting_delay = \"0s\"", "voting_delay = \"8d\"", outside("voting_delay", 8 * day, 0, 7 * day)),
        ("max_members = 15", "max_members = 16", outside("max_members", 16, 10, 15)),
        ("min_members = 10", "min_members = 9", outside("min_members", 9, 10, 15)),
        ("max_place = 3", "max_place = 0", outside("max_place", 0, 1, 3)),
        (
            "confirm_window = \"14d\"",
            "confirm_window = \"2d\"",
            outside("confirm_window", 2 * day, 3 * day, 30 * day),
        ),
    ] {
        assert_eq!(governance(from, to), error, "{to}");
    }
    assert_eq!(
        governance("hold_max = \"30d\"", "hold_max = \"6d\""),
        outside("hold_max", 6 * day, 7 * day, 30 * day)
    );
    assert_eq!(governance("max_place = 3", "max_place = 4"), outside("max_place", 4, 1, 3));
    let bounds = Err(Error::CycleBounds { mandate_end: UnixTime(1_617_235_200) });
    assert_eq!(governance("1617235200", "1617235201"), bounds);
    assert_eq!(governance("1638316800", "1627776000"), bounds);
    assert_eq!(governance("Declaration of Decentralization of Free TON", " "), Err(Error::EmptyText));
    assert!(matches!(
        governance("\"7d\"", "\"7 days\""),
        Err(Error::Syntax { file: FileKind::Governance, .. })
    ));
}

#[test]
fn wrong_contest_proposals_are_named() {
    let contests = |from, to| changed(FileKind::Contests, from, to);
    let broken = |contest, what| Err(Error::Proposal { contest, what });
    let tokens = Nano::tokens;
    assert_eq!(
        contests("[250, 200", "[251, 200"),
        Err(Error::PrizeSum { contest: 1, sum: tokens(1_001), fund: tokens(1_000) })
    );
    assert_eq!(
        contests("jury_bps = 1000", "jury_bps = 500"),
        Err(Error::ProposedShare { contest: 1, fund: "the jury", share: tokens(50), amount: tokens(100) })
    );
    for (from, to, error) in [
        ("seats = 12\n", "", broken(1, "needs seats if it is a jury contest, and none otherwise")),
        ("kind = \"jury\"\n", "", broken(1, "needs seats if it is a jury contest, and none otherwise")),
        ("pro_rata = true\n", "", broken(7, "needs either prizes or pro_rata")),
        ("[250, 200", "[200, 250", broken(1, "gives a later place more than an earlier one")),
        ("60, 40]", "60, 40, 0]", broken(1, "has a prize under 0.1 TON")),
        ("commit = \"5d\"", "commit = \"23h\"", broken(1, "has a phase under 24 hours or over a year")),
        ("min_jurors = 5", "min_jurors = 4", broken(2, "needs 5 jurors: its reward is 100 000 TON or more")),
        (
            "confirm_window = \"14d\"",
            "confirm_window = \"13d\"",
            broken(1, "gives less time for confirmation than governance.toml"),
        ),
        (
            "org_bps = 200",
            "org_bps = 201",
            broken(1, "gives the organisation more than governance.toml allows"),
        ),
    ] {
        assert_eq!(contests(from, to), error, "{to}");
    }
    assert!(matches!(contests("item = 15", "item = 16"), Err(Error::Proposals { .. })));
}
