use std::{
    sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use super::gil::Gil;

#[test]
fn at_most_one_worker_holds_the_lock_and_all_get_it() {
    let gil = Gil::new(Duration::from_micros(50));
    let (inside, most) = (AtomicU32::new(0), AtomicU32::new(0));
    let turns: Vec<AtomicU64> = (0..4).map(|_| AtomicU64::new(0)).collect();
    std::thread::scope(|scope| {
        for (worker, turns) in (0..).zip(&turns) {
            let (gil, inside, most) = (&gil, &inside, &most);
            scope.spawn(move || {
                for _ in 0..50 {
                    gil.take(worker, || {});
                    most.fetch_max(inside.fetch_add(1, Relaxed) + 1, Relaxed);
                    // Holds the lock until it is requested, but not for ever: all others may have finished.
                    let mut spins = 0u32;
                    while !gil.drop_request.load(Relaxed) && spins < 1_000_000 {
                        spins += 1;
                    }
                    inside.fetch_sub(1, Relaxed);
                    turns.fetch_add(1, Relaxed);
                    gil.release(worker);
                }
            });
        }
    });
    assert_eq!(most.load(Relaxed), 1);
    assert!(turns.iter().all(|turns| turns.load(Relaxed) == 50));
    assert!(gil.switches() >= 4);
}

#[test]
fn a_release_on_request_hands_the_lock_to_another() {
    let gil = Gil::new(Duration::from_millis(1));
    gil.take(0, || {});
    std::thread::scope(|scope| {
        let other = scope.spawn(|| {
            let mut waited = false;
            gil.take(1, || waited = true);
            gil.abandon(1);
            waited
        });
        while !gil.drop_request.load(Relaxed) {
            std::hint::spin_loop();
        }
        gil.release(0);
        // Forced switching guarantees that the other worker has had the lock by now.
        assert!(gil.switches() >= 2);
        assert!(other.join().unwrap());
    });
}

#[test]
fn taking_a_free_lock_does_not_wait_and_taking_it_again_is_no_switch() {
    let gil = Gil::new(Duration::from_secs(10));
    for _ in 0..3 {
        gil.take(7, || panic!("the lock is free"));
        gil.release(7);
    }
    assert_eq!(gil.switches(), 1);
}

#[test]
fn an_abandoned_lock_is_free() {
    let gil = Gil::new(Duration::from_secs(10));
    gil.take(0, || {});
    gil.abandon(1);
    gil.abandon(0);
    gil.take(1, || panic!("nobody holds it"));
}
