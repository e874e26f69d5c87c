import CCurl
import Synchronization

/// The easy handles of one loop: those in use, and idle ones that stay configured for their target. Lives on the loop's thread.
struct CurlSlots {
  private let loop: OpaquePointer
  private let options: HTTPClient.Options
  private var live: [UnsafeMutablePointer<pc_transfer>: CurlSlot] = [:]
  /// Few: one for each endpoint and key. The one used longest ago comes first.
  private var idle: [(target: HTTPTarget, slots: [CurlSlot])] = []
  private static let maxTargets = 32

  init(_ loop: OpaquePointer, _ options: HTTPClient.Options) {
    self.loop = loop
    self.options = options
  }

  mutating func carryOut(_ command: CurlLoop.Command) {
    switch command {
    case .send(let call):
      if call.ticket.isCancelled.load(ordering: .acquiring) {
        call.continuation.resume(returning: .failure(call.failure(.cancelled)))
      } else if let cause = begin(call) {
        call.continuation.resume(returning: .failure(call.failure(cause)))
      }
    case .cancel(let ticket):
      guard let slot = live.values.first(where: { $0.call?.ticket === ticket }) else { return }  // over already, or not yet begun
      end(slot, .cancelled)
    }
  }

  mutating func finish(_ transfer: UnsafeMutablePointer<pc_transfer>) {
    guard let slot = live.removeValue(forKey: transfer), let call = slot.call else { return }
    let outcome = slot.outcome(of: call)
    slot.call = nil
    keep(slot)
    call.continuation.resume(returning: outcome)
  }

  /// Ends every call with `closed` and frees all handles.
  mutating func endAll() {
    for slot in Array(live.values) { end(slot, .closed) }
    idle = []
  }

  /// Starts the call, or says why not.
  private mutating func begin(_ call: Call) -> TransportFailure.Cause? {
    switch slot(for: call.request.target) {
    case .failure(let problem): return problem.cause
    case .success(let slot):
      guard slot.start(call, headerLimit: options.headerLimit) else { return .internalFault("libcurl could not begin a transfer") }
      live[slot.transfer] = slot
      return nil
    }
  }

  private mutating func end(_ slot: CurlSlot, _ cause: TransportFailure.Cause) {
    guard let call = slot.call else { return }
    live[slot.transfer] = nil
    let failure = TransportFailure(cause, host: hostForMessages(of: call.request.target), mayBeBilled: slot.transfer.pointee.sends > 0)
    slot.abandon()
    slot.call = nil
    keep(slot)
    call.continuation.resume(returning: .failure(failure))
  }

  private mutating func slot(for target: HTTPTarget) -> Result<CurlSlot, SlotProblem> {
    if let at = idle.lastIndex(where: { $0.target == target }), let slot = idle[at].slots.popLast() { return .success(slot) }
    return CurlSlot.make(loop, target, options)
  }

  private mutating func keep(_ slot: CurlSlot) {
    if let at = idle.lastIndex(where: { $0.target == slot.target }) {
      idle[at].slots.append(slot)
    } else {
      if idle.count == Self.maxTargets { idle.removeFirst() }
      idle.append((slot.target, [slot]))
    }
  }
}
