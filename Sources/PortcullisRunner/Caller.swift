import PortcullisCore
import Synchronization

/// Asks one target under its limits: reserve, record the start, send, record the end, retry. The only place that spends money.
struct Caller: Sendable {
  let client: any ModelClient
  let endpoint: Endpoint
  let retry: RetryPolicy
  let shared: Shared

  /// What all callers of one run share.
  final class Shared: Sendable {
    let record: Record
    let control: RunControl
    let progress: RunProgress
    let clock: RunClock
    /// Seconds since the run began; nil without a deadline.
    let deadline: Double?
    let budget: Mutex<BudgetLedger>
    let random: Mutex<any RandomNumberGenerator & Sendable>

    init(
      record: @escaping Record, control: RunControl, progress: RunProgress, clock: RunClock, deadline: Double?, budget: BudgetLedger,
      random: any RandomNumberGenerator & Sendable
    ) {
      self.record = record
      self.control = control
      self.progress = progress
      self.clock = clock
      self.deadline = deadline
      self.budget = Mutex(budget)
      self.random = Mutex(random)
    }

    func drawShare() -> Double { random.withLock { Double.random(in: 0..<1, using: &$0) } }
  }

  /// The answer, or the last failure after all attempts.
  ///
  /// - Parameter named: The request that names the question in its completion key, where it differs from the one that is sent (a judge's
  ///   random fence enters as a placeholder).
  /// - Throws: Only what `record` throws: then nothing more may be spent.
  func ask(
    _ request: ModelRequest, named: ModelRequest? = nil, trial: TrialKey, purpose: CallPurpose, attemptsBefore: Int, spent: inout TrialCost
  ) async throws -> Result<Completion, CallFailure> {
    let call: PreparedCall
    let completionKey: Digest
    do throws(CallFailure) {
      call = try client.prepare(request)
      completionKey = try named.map { named throws(CallFailure) in try key(of: named, purpose) } ?? call.completionKey.sample(purpose)
    } catch {
      shared.progress.attemptFailed(error.kind)
      return .failure(error)
    }
    let tokens = (call.estimatedUsage.input ?? 0) + (call.estimatedUsage.output ?? 0)
    endpoint.countFirstAttempt()
    var attempt = 0
    while true {
      attempt += 1
      let worst = client.target.price?.cost(of: call.estimatedUsage)
      guard await endpoint.admit(tokens: tokens) else { return .failure(Self.stopped) }
      guard let reservation = await reserve(micro: worst, tokens: tokens) else {
        endpoint.end(hadSlot: false)
        return .failure(Self.stopped)
      }
      let key = AttemptKey(trial: trial, purpose: purpose, number: attemptsBefore + attempt)
      do {
        try await shared.record(.attemptStarted(key, completionKey: completionKey, reservedMicro: worst, reservedTokens: tokens), .durable)
      } catch {
        endpoint.end(hadSlot: false)
        throw error
      }
      let result = await send(call)
      let (cost, used) = try await settle(key, result, reservation)
      spent.add(micro: cost)
      switch result {
      case .success(let completion):
        endpoint.succeeded(estimatedTokens: tokens, usedTokens: used)
        return .success(completion)
      case .failure(let failure):
        guard let wait = pause(after: failure, attempt: attempt) else { return .failure(failure) }
        guard await shared.clock.sleep(wait) else { return .failure(failure) }
      }
    }
  }

  /// What a question is called: the same question, to the same target, for the same sample has the same key.
  func key(of named: ModelRequest, _ purpose: CallPurpose) throws(CallFailure) -> Digest {
    try client.prepare(named).completionKey.sample(purpose)
  }

  private static let stopped = CallFailure(.cancelled, "the run was stopped before this call")

  /// Waits while calls under way may leave enough of the budget; nil when the run stops, or must for the lack of it.
  private func reserve(micro: Int?, tokens: Int) async -> BudgetLedger.Reservation? {
    while true {
      switch shared.budget.withLock({ $0.reserve(micro: micro, tokens: tokens) }) {
      case .granted(let reservation): return reservation
      case .wait: guard await shared.clock.sleep(0.01) else { return nil }
      case .spent(let spent):
        shared.control.admitNoMore(.budget(spent.limit))
        return nil
      }
    }
  }

  private func send(_ call: PreparedCall) async -> Result<Completion, CallFailure> {
    guard await endpoint.begin() else {
      endpoint.end(hadSlot: false)
      return .failure(Self.stopped)
    }
    shared.progress.callBegan()
    let result: Result<Completion, CallFailure>
    do throws(CallFailure) {
      let completion = try await client.send(call)
      if client.target.accepts(servedModel: completion.servedModel) {
        result = .success(completion)
      } else {
        let served = visible(completion.servedModel ?? "")
        result = .failure(
          CallFailure(.wrongModel, "'\(served)' answered where '\(client.target.model)' was asked", mayBeBilled: true))
      }
    } catch {
      result = .failure(error)
    }
    endpoint.end(hadSlot: true)
    shared.progress.callEnded()
    return result
  }

  /// Charges and records the end of an attempt; returns what it cost and the tokens it used, where known.
  private func settle(
    _ key: AttemptKey, _ result: Result<Completion, CallFailure>, _ reservation: BudgetLedger.Reservation
  ) async throws -> (micro: Int?, tokens: Int?) {
    let cost: Int?
    let used: Int?
    switch result {
    case .success(let completion):
      cost = client.target.price?.cost(of: completion.usage)
      used = completion.usage.input.flatMap { input in completion.usage.output.map { input + $0 } }
    case .failure(let failure):
      // Work that may have been done stays charged at its reservation.
      cost = failure.mayBeBilled ? client.target.price.map { _ in reservation.micro } : client.target.price.map { _ in 0 }
      used = failure.mayBeBilled ? nil : 0
    }
    shared.budget.withLock { $0.settle(reservation, micro: cost, tokens: used) }
    shared.progress.spent(micro: cost ?? 0)
    // The trial's end, which follows, is awaited: nothing counts before both are on the disk.
    try await shared.record(.attemptEnded(key, result, costMicro: cost, tokens: used), .queued)
    return (cost, used)
  }

  /// Seconds to wait before the next attempt; nil gives up. Stops the whole run where going on is useless.
  private func pause(after failure: CallFailure, attempt: Int) -> Double? {
    shared.progress.attemptFailed(failure.kind)
    let isHopeless = endpoint.failed(failure)
    let name = client.target.name
    switch failure.kind {
    case .auth: shared.control.stop(.refused("\(name): \(failure.message)"))
    case .quota: shared.control.stop(.budget("the account of \(name) (\(failure.message))"))
    default: break
    }
    if isHopeless { shared.control.stop(.unreachable("\(name): \(failure.message)")) }
    guard shared.control.reason == nil else { return nil }
    let remaining = shared.deadline.map { Duration.microseconds(Int64(max(0, $0 - shared.clock.seconds) * 1e6)) }
    switch retry.answer(to: failure, attempt: attempt, random: shared.drawShare(), remaining: remaining) {
    case .giveUp: return nil
    case .stop(let asked):
      shared.control.stop(.wait("\(name) asks to wait \(asked.short), longer than this run may"))
      return nil
    case .retry(let wait):
      guard endpoint.takeRetry() else { return nil }
      shared.progress.retried()
      return Double(wait.microseconds) / 1e6
    }
  }
}

extension Digest {
  /// The key of one judge sample: votes and the second asking are samples of their own.
  fileprivate func sample(_ purpose: CallPurpose) -> Digest {
    switch purpose {
    case .answer: self
    case .judge(let check, let vote, let asked): Digest(of: "\(self) judge \(check) \(vote) \(asked)")
    }
  }
}

/// What the attempts of one trial cost together, judge calls and retries included; one unknown makes the sum unknown.
struct TrialCost: Sendable {
  private(set) var micro: Int?
  /// Whether an answer of an earlier run was taken over, which cost nothing.
  var tookOver = false

  init(_ micro: Int? = 0) { self.micro = micro }

  mutating func add(micro more: Int?) { micro = micro.flatMap { sum in more.map { sum + $0 } } }
}
