package import PortcullisCore
import PortcullisGate
import Synchronization

/// What a run has done so far, for whoever shows it; counts of trials unless named otherwise.
package final class RunProgress: Sendable {
  package struct Snapshot: Sendable {
    package var planned: Int
    /// Trials that had an end when this session began.
    package var resumed = 0
    package var passed = 0
    package var failed = 0
    package var unscored = 0
    package var callFailed = 0
    package var callsUnderWay = 0
    package var calls = 0
    package var retries = 0
    package var spentMicro = 0
    package var currency: String?
    /// Failed attempts by cause.
    package var failures: [FailureKind: Int] = [:]

    /// Trials that are through, recorded ones included.
    package var done: Int { resumed + passed + failed + unscored + callFailed }
  }

  private let state: Mutex<Snapshot>

  /// - Parameter resumed: Trials of the plan that have an end already.
  package init(planned: Int, resumed: Int = 0, spentMicro: Int = 0, currency: String? = nil) {
    state = Mutex(Snapshot(planned: planned, resumed: resumed, spentMicro: spentMicro, currency: currency))
  }

  package var snapshot: Snapshot { state.withLock { $0 } }

  /// A further round was added to the plan.
  package func planned(more trials: Int) { state.withLock { $0.planned += trials } }

  func callBegan() { state.withLock { $0.callsUnderWay += 1 } }
  func callEnded() {
    state.withLock {
      $0.callsUnderWay -= 1
      $0.calls += 1
    }
  }
  func retried() { state.withLock { $0.retries += 1 } }
  func spent(micro: Int) { state.withLock { $0.spentMicro += micro } }
  func attemptFailed(_ kind: FailureKind) { state.withLock { $0.failures[kind, default: 0] += 1 } }

  func ended(_ end: TrialFacts.State) {
    state.withLock {
      switch end {
      case .passed: $0.passed += 1
      case .failed: $0.failed += 1
      case .unscored: $0.unscored += 1
      case .callFailed: $0.callFailed += 1
      }
    }
  }
}
