//! Who plays besides the members: an outside jury for the first contest, applicants for the jury, developers.

use governance::payload::SpecJuror;
use governance::{Multisig, Organisation, Roster, multisig};
use keys::development::{self, Development};
use keys::{PublicKey, Signer};
use ton_abi::Nano;

use super::Play;
use crate::error::CliError;
use crate::members;

/// Development keys of each group begin here, far behind those of the members.
const OUTSIDERS: u32 = 100;
const APPLICANTS: u32 = 200;
const DEVELOPERS: u32 = 300;
/// How many play in each group: five outside jurors, as many applicants and developers as the contests have prizes.
const OUTSIDER_COUNT: u32 = 5;
const APPLICANT_COUNT: u32 = 8;
const DEVELOPER_COUNT: u32 = 6;
/// What a person's wallet is opened with: four deposits and fees.
const PERSON_MONEY: Nano = Nano::tokens(40);

/// Somebody with a key and a wallet.
pub(super) struct Person<'a> {
    pub(super) name: String,
    pub(super) key: Development,
    pub(super) wallet: Multisig<'a>,
}

/// Everybody but the members.
pub(super) struct Cast<'a> {
    /// Jury of the Jury Contest.
    pub(super) outsiders: Vec<Person<'a>>,
    /// Who enter the Jury Contest.
    pub(super) applicants: Vec<Person<'a>>,
    /// Who enter the other contests.
    pub(super) developers: Vec<Person<'a>>,
}

/// Name and number of the first key of each group.
const GROUPS: [(&str, u32, u32); 3] = [
    ("outside juror", OUTSIDERS, OUTSIDER_COUNT),
    ("applicant", APPLICANTS, APPLICANT_COUNT),
    ("developer", DEVELOPERS, DEVELOPER_COUNT),
];

fn names() -> impl Iterator<Item = (String, u32)> {
    GROUPS.into_iter().flat_map(|(group, first, count)| {
        (0..count).map(move |number| (format!("{group} {}", number + 1), first + number))
    })
}

/// Names of everybody who signs.
pub(super) fn roster(organisation: &Organisation) -> Roster {
    let mut roster = members::roster(organisation);
    roster.add(members::deployer().public_key(), "deployer");
    for (name, index) in names() {
        roster.add(development::signer(index).public_key(), &name);
    }
    roster
}

impl<'a> Cast<'a> {
    /// Opens everybody's wallet.
    pub(super) async fn assemble(play: &mut Play<'a>) -> Result<Self, CliError> {
        play.recorder.act("Act 5. Jurors and developers from outside");
        let mut people = Vec::new();
        for (name, index) in names() {
            let key = development::signer(index);
            let built = play.contracts.organisation.get(multisig::CONTRACT);
            let wallet =
                members::open_wallet(play.local, built, &key, PERSON_MONEY, &mut play.recorder).await?;
            people.push(Person { name, key, wallet });
        }
        let developers = people.split_off((OUTSIDER_COUNT + APPLICANT_COUNT) as usize);
        let applicants = people.split_off(OUTSIDER_COUNT as usize);
        play.recorder.say(format!(
            "{} people open wallets: {} outside jurors, {} applicants for the jury, {} developers",
            people.len() + applicants.len() + developers.len(),
            people.len(),
            applicants.len(),
            developers.len()
        ));
        Ok(Self { outsiders: people, applicants, developers })
    }

    /// The outside jury as the vote on the Jury Contest names it.
    pub(super) fn bootstrap_jury(&self) -> Vec<SpecJuror> {
        let juror = |person: &Person<'_>| SpecJuror {
            key: person.key.public_key(),
            addr: person.wallet.address().clone(),
        };
        self.outsiders.iter().map(juror).collect()
    }

    /// The person with this key.
    pub(super) fn person(&self, key: &PublicKey) -> Option<&Person<'a>> {
        let all = self.outsiders.iter().chain(&self.applicants).chain(&self.developers);
        all.into_iter().find(|person| person.key.public_key() == *key)
    }
}
