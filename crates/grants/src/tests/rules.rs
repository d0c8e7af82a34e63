use crate::rules::{calendar_window, invoice_key, rolling_window};
use base::Time;

#[test]
fn one_invoice_number_is_one_however_it_is_written() {
    for text in ["INV-0042/a", "inv 0042 A", "Inv.0042–A"] {
        assert_eq!(invoice_key(text), "INV0042A", "{text}");
    }
    assert_eq!(invoice_key("发票 12"), "发票12");
    assert_ne!(invoice_key("INV-42"), invoice_key("INV-042"));
}

#[test]
fn windows_begin_and_end_on_the_right_day() {
    let day = |text: &str| Time::from_date(text.parse().unwrap());
    let today = "2026-03-02".parse().unwrap();
    assert_eq!(calendar_window(today, 1, "01-01"), (day("2026-01-01"), day("2027-01-01")));
    // The UK's current and two preceding financial years (Subsidy Control Act 2022, s. 36).
    assert_eq!(calendar_window(today, 3, "04-06"), (day("2023-04-06"), day("2026-04-06")));
    assert_eq!(rolling_window(today, 3), (day("2023-03-03"), day("2026-03-03")));
}
