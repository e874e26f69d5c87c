import Synchronization

/// Why a run stops before its plan is worked through; the first reason wins.
package enum StopReason: Sendable, Hashable {
  /// The user's signal, by its number.
  case signal(Int32)
  case budget(String)
  case deadline
  /// An endpoint asks for a wait longer than the run may take.
  case wait(String)
  /// No answer of any kind within the first seconds, and nothing scored.
  case unreachable(String)
  /// The endpoint refuses our key or our account.
  case refused(String)
  /// We cannot record: stop spending at once.
  case store(any Error & Sendable)

  package static func == (left: StopReason, right: StopReason) -> Bool { left.words == right.words }

  package func hash(into hasher: inout Hasher) { hasher.combine(words) }

  /// For people; may quote what an endpoint said.
  package var words: String {
    switch self {
    case .signal(let number): "signal \(number)"
    case .budget(let limit): "the budget is spent: \(limit)"
    case .deadline: "the time budget is used up"
    case .wait(let message): message
    case .unreachable(let message): "nobody answers: \(message)"
    case .refused(let message): "the endpoint refuses us: \(message)"
    case .store: "the store cannot be written"
    }
  }
}

/// The one switch that stops a run: nothing more is admitted, calls on their way may end within the grace.
package final class RunControl: Sendable {
  private struct State {
    var reason: StopReason?
    var onStop: [@Sendable () -> Void] = []
  }

  private let state = Mutex(State())

  package init() {}

  package var reason: StopReason? { state.withLock { $0.reason } }

  package func stop(_ reason: StopReason) {
    let actions = state.withLock { state -> [@Sendable () -> Void] in
      guard state.reason == nil else { return [] }
      state.reason = reason
      defer { state.onStop = [] }
      return state.onStop
    }
    for action in actions { action() }
  }

  /// Nothing more is admitted, but what was admitted goes on to its end: its money is reserved already.
  package func admitNoMore(_ reason: StopReason) { state.withLock { $0.reason = $0.reason ?? reason } }

  /// Runs `action` once, when the run is stopped; at once if it has been.
  func whenStopped(_ action: @escaping @Sendable () -> Void) {
    let isStopped = state.withLock { state in
      if state.reason == nil { state.onStop.append(action) }
      return state.reason != nil
    }
    if isStopped { action() }
  }
}
