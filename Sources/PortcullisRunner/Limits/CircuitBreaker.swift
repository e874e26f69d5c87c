/// Stops asking an endpoint that mostly fails: 10 calls and half of them transport failures, timeouts or 5xx within 30 s open it for `rest`, then one
/// probe decides. Event in, state out; times in seconds since the run began.
package struct CircuitBreaker: Sendable, Hashable {
  package enum State: Sendable, Hashable {
    case closed
    case open(until: Double)
    /// One probe is on its way.
    case probing
  }

  package private(set) var state = State.closed
  /// Seconds it stays open.
  package var rest = 15.0
  /// Probes that failed one after the other.
  package private(set) var failedProbes = 0
  private var recent: [Event] = []

  private struct Event: Sendable, Hashable {
    let time: Double
    let isFailure: Bool
  }

  package init() {}

  /// Seconds to wait before a call may go out; 0 lets it go, and where the breaker was open makes it the probe.
  package mutating func wait(at now: Double) -> Double {
    switch state {
    case .closed: return 0
    case .open(let until) where now >= until:
      state = .probing
      return 0
    case .open(let until): return until - now
    case .probing: return 0.05
    }
  }

  package mutating func ended(at now: Double, isFailure: Bool) {
    switch state {
    case .probing:
      failedProbes = isFailure ? failedProbes + 1 : 0
      state = isFailure ? .open(until: now + rest) : .closed
      recent = []
    case .open: break  // a call from before it opened
    case .closed:
      recent.append(Event(time: now, isFailure: isFailure))
      if recent.count > 64 || recent[0].time < now - 30 { recent.removeAll { $0.time < now - 30 } }
      if recent.count > 64 { recent.removeFirst(recent.count - 64) }
      let failures = recent.count { $0.isFailure }
      if isFailure, recent.count >= 10, failures * 2 >= recent.count { state = .open(until: now + rest) }
    }
  }

  /// The probe ended without telling anything (it was cancelled).
  package mutating func abandonProbe(at now: Double) {
    if state == .probing { state = .open(until: now) }
  }
}
