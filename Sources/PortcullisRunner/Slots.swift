import Synchronization

/// A counted gate for tasks, first come first served, whose width can change. Waiting is cancellable at once.
final class Slots: Sendable {
  private struct State {
    var width: Int
    var taken = 0
    var isClosed = false
    var next = 0
    /// In order of arrival; a cancelled waiter leaves.
    var waiters: [(ticket: Int, continuation: CheckedContinuation<Bool, Never>)] = []
    var head = 0
    var cancelledEarly: Set<Int> = []
  }

  private let state: Mutex<State>

  init(width: Int) { state = Mutex(State(width: width)) }

  /// Whether every slot is taken.
  var isSaturated: Bool { state.withLock { $0.taken >= $0.width } }

  /// False when the gate was closed or the task cancelled: nothing was taken then.
  func acquire() async -> Bool {
    let quick = state.withLock { state -> Bool? in
      if state.isClosed { return false }
      guard state.taken < state.width, state.head == state.waiters.count else { return nil }
      state.taken += 1
      return true
    }
    if let quick { return quick }
    let ticket = state.withLock { state in
      state.next += 1
      return state.next
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let settled = state.withLock { state -> Bool? in
          if state.isClosed || state.cancelledEarly.remove(ticket) != nil { return false }
          if state.taken < state.width, state.head == state.waiters.count {
            state.taken += 1
            return true
          }
          state.waiters.append((ticket, continuation))
          return nil
        }
        if let settled { continuation.resume(returning: settled) }
      }
    } onCancel: {
      let waiter = state.withLock { state -> CheckedContinuation<Bool, Never>? in
        guard let place = state.waiters[state.head...].firstIndex(where: { $0.ticket == ticket }) else {
          state.cancelledEarly.insert(ticket)  // cancelled before it began to wait (or after it was served: harmless)
          return nil
        }
        return state.waiters.remove(at: place).continuation
      }
      waiter?.resume(returning: false)
    }
  }

  func release() { wake { $0.taken -= 1 } }

  func setWidth(_ width: Int) { wake { $0.width = width } }

  /// Everybody who waits, now or later, is turned away.
  func close() {
    let turned = state.withLock { state in
      state.isClosed = true
      defer {
        state.waiters = []
        state.head = 0
      }
      return Array(state.waiters[state.head...])
    }
    for waiter in turned { waiter.continuation.resume(returning: false) }
  }

  private func wake(_ change: (inout State) -> Void) {
    var served: [CheckedContinuation<Bool, Never>] = []
    state.withLock { state in
      change(&state)
      while state.taken < state.width, state.head < state.waiters.count {
        served.append(state.waiters[state.head].continuation)
        state.head += 1
        state.taken += 1
      }
      if state.head > 256 || state.head == state.waiters.count {
        state.waiters.removeFirst(state.head)
        state.head = 0
      }
    }
    for continuation in served { continuation.resume(returning: true) }
  }
}
