//! How a person is bound to the parties of an application.

use identity::Organisation;
use rulebook::Text;
use std::fmt;

base::words! {
    /// What a party is to an application.
    Party {
        /// It applies.
        Applicant,
        /// It supplies.
        Supplier,
    }
}

/// Why a person can neither review nor decide an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conflict {
    /// The person acts for the applicant.
    Acts,
    /// The person works for a company of a party's group, or did so lately.
    Works {
        /// For whom.
        employer: Text,
        /// The party in whose group that is; often the employer itself.
        party: Text,
        /// What the party is to the application.
        is: Party,
        /// Whether the work has ended.
        is_over: bool,
    },
}

impl Conflict {
    /// Says it to people.
    #[must_use]
    pub fn words(&self) -> Text {
        let Self::Works { employer, party, is, is_over } = self else {
            return Text::both("you act for the applicant", "您是申请机构的经办人");
        };
        let (works, worked) = if *is_over { ("worked", "曾") } else { ("works", "现") };
        let (role, role_zh) = match is {
            Party::Applicant => ("applicant", "申请机构"),
            Party::Supplier => ("supplier", "供应商"),
        };
        let zh = |text: &Text| text.get(rulebook::Lang::Zh).to_owned();
        if employer == party {
            return Text::both(
                format!("the person {works} for {}, the {role}", party.en),
                format!("该人员{worked}任职于{role_zh}{}", zh(party)),
            );
        }
        Text::both(
            format!(
                "the person {works} for {}, which is in the group of {}, the {role}",
                employer.en, party.en
            ),
            format!(
                "该人员{worked}任职于{}，该机构与{role_zh}{}同属一个集团",
                zh(employer),
                zh(party)
            ),
        )
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().en)
    }
}

/// Names an organisation in the languages in which it has a name.
pub(crate) fn name_of(organisation: &Organisation) -> Text {
    let zh = Some(&organisation.name_zh).filter(|zh| !zh.is_empty()).cloned();
    Text { en: organisation.name().to_owned(), zh }
}
