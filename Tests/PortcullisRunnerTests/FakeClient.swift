import PortcullisCore
import Synchronization

@testable import PortcullisRunner

/// A model in memory: answers by what the test hands it, counts its calls. For what costs money elsewhere.
final class FakeClient: ModelClient {
  let target: Target
  private let answer: @Sendable (ModelRequest, Int) throws(CallFailure) -> Completion
  private let underWay: @Sendable (Int, Int) -> Void
  private let state = Mutex((calls: 0, underWay: 0, most: 0))

  /// - Parameters:
  ///   - answer: Given the request and the number of the call, from 1.
  ///   - underWay: Told that number and how many calls are under way with it.
  init(
    _ target: Target, answer: @escaping @Sendable (ModelRequest, Int) throws(CallFailure) -> Completion,
    underWay: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
  ) {
    self.target = target
    self.answer = answer
    self.underWay = underWay
  }

  var calls: Int { state.withLock { $0.calls } }
  var mostAtOnce: Int { state.withLock { $0.most } }

  func prepare(_ request: ModelRequest) throws(CallFailure) -> PreparedCall {
    let body = JSON.array(request.messages.map(\.json)).canonicalBytes
    let sample = "\(request.origin.arm) \(request.origin.repeatIndex) \(request.origin.turn)"
    return PreparedCall(
      request: request, body: body, completionKey: Digest(of: body + Array(sample.utf8)), estimatedUsage: TokenUsage(input: 10, output: 10))
  }

  func send(_ call: PreparedCall) async throws(CallFailure) -> Completion {
    let (number, count) = state.withLock { state in
      state.calls += 1
      state.underWay += 1
      state.most = max(state.most, state.underWay)
      return (state.calls, state.underWay)
    }
    underWay(number, count)
    defer { state.withLock { $0.underWay -= 1 } }
    await Task.yield()
    return try answer(call.request, number)
  }
}

/// Keeps what was recorded, in order.
final class RecordKeeper: Sendable {
  private let kept = Mutex<[RunEvent]>([])
  private let failAfter: Int?

  init(failAfter: Int? = nil) { self.failAfter = failAfter }

  struct DiskFull: Error {}

  var all: [RunEvent] { kept.withLock { $0 } }

  func record(_ entry: RunEvent) throws {
    try kept.withLock { kept in
      if let failAfter, kept.count >= failAfter { throw DiskFull() }
      kept.append(entry)
    }
  }
}
