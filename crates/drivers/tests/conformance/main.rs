//! What every driver keeps: one suite of claims over `&dyn Driver`, put to each backend.
//!
//! A backend joins with a function that returns its [`ground::Ground`] (`None` where it is not
//! installed; it then says so) and one line of `claims!`, below. What a backend cannot do it says in
//! [`ground::Can`], and the claim about it is not put. Start reading at `claims.rs`.

#![expect(clippy::panic, reason = "a claim that does not hold fails its test")]

mod claims;
mod ground;
mod kubernetes;
mod kubernetes_fake;
mod ray;
mod sandbox;
mod slurm;

/// Says whether a backend is to be tried. Ray takes 400 MB: a run that nobody watches has it only
/// where its variable says so.
fn is_asked(backend: &str) -> bool {
    let is_named = std::env::var_os(testbed::RAY_VARIABLE).is_some();
    backend != "ray" || is_named || !testbed::is_ci()
}

/// Puts every claim to a backend, each as a test of its own.
macro_rules! claims {
    ($backend:ident: $($claim:ident)*) => {
        mod $backend {
            $(
                #[test]
                fn $claim() {
                    if !crate::is_asked(stringify!($backend)) {
                        return;
                    }
                    crate::ground::put(stringify!($backend), crate::$backend::ground(), |ground| {
                        Box::pin(crate::claims::$claim(ground))
                    });
                }
            )*
        }
    };
}

/// The names of all claims, for a backend.
macro_rules! all_claims {
    ($($backend:ident)*) => {
        mod on {
            $(claims! { $backend:
                a_backend_tells_what_it_is
                a_run_ends_with_the_code_of_its_command
                a_run_is_told_while_it_runs
                a_run_that_was_taken_is_not_taken_again
                many_runs_at_once_all_end
                runs_are_told_in_the_order_of_the_keys
                an_unknown_run_is_unknown_and_nothing_happens_to_it
                an_unknown_environment_is_refused
                a_run_without_a_command_is_refused
                a_command_that_is_not_there_is_told
                a_signal_is_told
                a_run_that_takes_too_long_is_killed
                a_run_that_needs_too_much_memory_is_told_so
                a_cancelled_run_ends
                a_run_that_ignores_being_asked_is_cancelled
                a_run_that_has_ended_is_not_cancelled
                output_comes_byte_for_byte
                output_in_small_parts_is_the_same
                a_flood_of_output_keeps_its_beginning_and_end
                variables_and_secrets_reach_the_run
                inputs_are_seen_and_not_changed
                a_result_is_handed_back
                a_run_without_a_result_hands_back_none
                a_forgotten_run_is_unknown
                a_running_run_is_not_forgotten
                a_run_has_no_network_unless_allowed
            })*
        }
    };
}

all_claims! { kubernetes ray sandbox slurm }
