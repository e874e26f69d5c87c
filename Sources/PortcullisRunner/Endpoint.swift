package import PortcullisCore
import Synchronization

/// One limiter key: an endpoint, a credential and a model. Whoever asks it — candidate, production, judge — shares its limits.
package final class Endpoint: Sendable {
  package struct Key: Sendable, Hashable {
    let address: String?
    let credential: String?
    let model: String
    let source: String?

    package init(_ target: Target) {
      address = target.baseURL
      credential = target.apiKeyVariable
      model = target.model
      source = target.source?.file
    }
  }

  private struct State {
    var adaptive: AdaptiveConcurrency
    var breaker = CircuitBreaker()
    var retries = RetryBudget()
    var requests: TokenBucket?
    var tokens: TokenBucket?
    /// Seconds since the run began; a 429 pauses the whole key.
    var pausedUntil = 0.0
    var firstFailure: Double?
    var hasAnswered = false
    /// False until the first call (the preflight, which goes alone) has been answered.
    var isOpen: Bool
  }

  /// A permit to record a start; more than calls may go out (`lookahead`), so that starts are durable before a slot is free.
  private let admission: Slots
  private let calls: Slots
  private let preflight = Slots(width: 1)
  private let state: Mutex<State>
  private let clock: RunClock

  package let most: Int

  /// - Parameter needsPreflight: Whether the first call goes alone before the rest is admitted.
  package init(limits: TargetLimits, needsPreflight: Bool, clock: RunClock) {
    most = max(1, limits.concurrency)
    let start = needsPreflight ? min(most, 64) : most
    admission = Slots(width: start + Self.lookahead(start))
    calls = Slots(width: start)
    self.clock = clock
    state = Mutex(
      State(
        adaptive: AdaptiveConcurrency(start: start, most: most), requests: limits.rpm.map(TokenBucket.init(perMinute:)),
        tokens: limits.tpm.map(TokenBucket.init(perMinute:)), isOpen: !needsPreflight))
  }

  /// As many as there are calls, at most 256: when a wave of answers frees every slot at once, the next wave's starts are on the disk already. The price: so
  /// many more attempts of unknown end after a kill.
  private static func lookahead(_ width: Int) -> Int { min(256, max(2, width)) }

  /// Waits until a call may be started and recorded; false when the run stops. Holds the rate limits, the pause and the breaker.
  func admit(tokens: Int) async -> Bool {
    if !(state.withLock { $0.isOpen }) {
      // The one that gets through is the preflight; the rest find the door open, or go one by one while it stays shut.
      guard await preflight.acquire() else { return false }
      if state.withLock({ $0.isOpen }) { preflight.release() }
    }
    guard await admission.acquire() else { return false }
    let now = clock.seconds
    var wait = state.withLock { state in
      max(state.requests?.take(1, at: now) ?? 0, state.tokens?.take(Double(tokens), at: now) ?? 0)
    }
    while true {
      if wait > 0, !(await clock.sleep(wait)) {
        admission.release()
        return false
      }
      wait = state.withLock { state in
        let now = clock.seconds
        return max(state.pausedUntil - now, state.breaker.wait(at: now))
      }
      if wait <= 0 { return true }
    }
  }

  /// Waits for a slot of an admitted call; false when the run stops.
  func begin() async -> Bool { await calls.acquire() }

  /// Ends what `admit` and, if `hadSlot`, `begin` gave.
  func end(hadSlot: Bool) {
    if hadSlot { calls.release() }
    admission.release()
  }

  func succeeded(estimatedTokens: Int, usedTokens: Int?) {
    let opened = state.withLock { state -> Bool in
      let now = clock.seconds
      state.hasAnswered = true
      state.breaker.ended(at: now, isFailure: false)
      state.adaptive.succeeded(at: now, isSaturated: calls.isSaturated)
      if let usedTokens { state.tokens?.settle(reserved: Double(estimatedTokens), used: Double(usedTokens)) }
      return openDoor(&state)
    }
    afterChange(opened)
  }

  /// Takes note of a failed attempt. Returns whether going on is useless: ten seconds of silence from an endpoint that never answered, or three
  /// probes of the breaker that failed one after the other.
  func failed(_ failure: CallFailure) -> Bool {
    var isHopeless = false
    let opened = state.withLock { state -> Bool in
      let now = clock.seconds
      switch failure.kind {
      case .rateLimit:
        state.adaptive.rateLimited(at: now, hint: failure.retryAfter)
        state.breaker.ended(at: now, isFailure: false)
        if let hint = failure.retryAfter { state.pausedUntil = max(state.pausedUntil, now + Double(hint.microseconds) / 1e6) }
      case .transport, .timeout, .server:
        state.adaptive.failed(at: now)
        // An endpoint that never answered is probed sooner: after ten silent seconds the run gives up on it.
        state.breaker.rest = state.hasAnswered ? 15 : 5
        state.breaker.ended(at: now, isFailure: true)
      case .cancelled: state.breaker.abandonProbe(at: now)
      case .quota, .auth, .request, .malformed, .wrongModel, .tooLarge, .budget, .deadline, .unknown:
        state.breaker.ended(at: now, isFailure: false)
      }
      if !failure.isSilence, failure.kind != .cancelled { state.hasAnswered = true }
      if !state.hasAnswered, failure.isSilence {
        let first = state.firstFailure ?? now
        state.firstFailure = first
        isHopeless = now - first >= 10
      }
      if state.breaker.failedProbes >= 3 { isHopeless = true }
      // The door opens for everybody once the endpoint has answered anything; until then it is tried one call at a time.
      return state.hasAnswered ? openDoor(&state) : false
    }
    if !opened, !(state.withLock { $0.isOpen }) { preflight.release() }
    afterChange(opened)
    return isHopeless
  }

  /// Whether it ever said anything, be it a refusal.
  var hasAnswered: Bool { state.withLock { $0.hasAnswered } }

  func countFirstAttempt() { state.withLock { $0.retries.countFirstAttempt() } }

  func takeRetry() -> Bool { state.withLock { $0.retries.takeRetry() } }

  /// Turns away all who wait: the run stops.
  func close() {
    admission.close()
    calls.close()
    preflight.close()
  }

  private func openDoor(_ state: inout State) -> Bool {
    defer { state.isOpen = true }
    return !state.isOpen
  }

  private func afterChange(_ opened: Bool) {
    if opened { preflight.setWidth(Int.max / 2) }
    let limit = state.withLock { $0.adaptive.limit }
    calls.setWidth(limit)
    admission.setWidth(limit + Self.lookahead(limit))
  }
}

extension CallFailure {
  /// Nobody answered: no connection, or no byte in time.
  var isSilence: Bool { status == nil && (kind == .transport || kind == .timeout) }
}

/// Time since the run began, and waiting that a stop of the run ends at once.
package final class RunClock: Sendable {
  private let start = ContinuousClock.now
  private let stopped = Mutex<(isStopped: Bool, sleepers: [Int: Task<Void, any Error>], next: Int)>((false, [:], 0))

  package init() {}

  package var seconds: Double {
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }

  /// True when the time has passed, false when the run was stopped or the task cancelled.
  func sleep(_ seconds: Double) async -> Bool {
    let sleeper = Task { try await Task.sleep(for: .microseconds(Int64(seconds * 1e6)), tolerance: .milliseconds(1)) }
    let ticket = stopped.withLock { state -> Int? in
      if state.isStopped { return nil }
      state.next += 1
      state.sleepers[state.next] = sleeper
      return state.next
    }
    guard let ticket else {
      sleeper.cancel()
      return false
    }
    let slept = await withTaskCancellationHandler {
      (try? await sleeper.value) != nil
    } onCancel: {
      sleeper.cancel()
    }
    stopped.withLock { _ = $0.sleepers.removeValue(forKey: ticket) }
    return slept
  }

  func stop() {
    let sleepers = stopped.withLock { state in
      state.isStopped = true
      return state.sleepers
    }
    for sleeper in sleepers.values { sleeper.cancel() }
  }
}
