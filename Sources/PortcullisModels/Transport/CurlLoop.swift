import CCurl
import Glibc
import Synchronization

/// The thread that carries all transfers of one client: takes calls from an inbox, drives libcurl, hands answers back.
final class CurlLoop: Sendable {
  enum Command: Sendable {
    case send(Call)
    case cancel(Ticket)
  }

  private struct Inbox {
    var commands: [Command] = []
    /// The thread sleeps, or is about to, and must be woken.
    var isAsleep = false
    var isClosing = false
  }

  private let inbox = Mutex(Inbox())
  private let options: HTTPClient.Options
  /// Only the thread uses it, but for `pc_loop_wake`, which any thread may call; freed by the thread after `isClosing`, which `post` and
  /// `close` check under the same lock they wake under.
  private nonisolated(unsafe) let loop: OpaquePointer

  private static let globalProblem: String? = pc_global_start().map { String(cString: $0) }

  static func start(_ options: HTTPClient.Options) throws(TransportFailure) -> CurlLoop {
    func fault(_ why: String) -> TransportFailure { TransportFailure(.internalFault(why), host: "any endpoint", mayBeBilled: false) }
    if let globalProblem { throw fault(globalProblem) }
    guard let loop = pc_loop_new(options.maxConnections) else { throw fault("no descriptor or memory is left") }
    let made = CurlLoop(options, loop)
    let handed = Unmanaged.passRetained(made)
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      {
        Unmanaged<CurlLoop>.fromOpaque($0!).takeRetainedValue().run(); return nil
      }, handed.toOpaque())
    guard code == 0 else {
      handed.release()
      pc_loop_free(loop)
      throw fault("no thread can be started")
    }
    pthread_detach(thread)
    return made
  }

  private init(_ options: HTTPClient.Options, _ loop: OpaquePointer) {
    self.options = options
    self.loop = loop
  }

  /// False once the loop is closing: the command was not taken.
  func post(_ command: Command) -> Bool {
    inbox.withLock { box in
      if box.isClosing { return false }
      box.commands.append(command)
      wake(&box)
      return true
    }
  }

  func close() {
    inbox.withLock { box in
      if box.isClosing { return }
      box.isClosing = true
      wake(&box)
    }
  }

  private func wake(_ box: inout Inbox) {
    guard box.isAsleep else { return }
    box.isAsleep = false
    pc_loop_wake(loop)
  }

  // MARK: on the thread

  private func run() {
    var signals = sigset_t()
    sigfillset(&signals)
    pthread_sigmask(SIG_BLOCK, &signals, nil)  // interrupts are for the main thread; a broken pipe is an error code here
    var slots = CurlSlots(loop, options)
    while carry(&slots) {}
    slots.endAll()
    pc_loop_free(loop)
  }

  /// One round: new calls out, answers in. False when the client was closed.
  private func carry(_ slots: inout CurlSlots) -> Bool {
    var maySleep = false
    // Calls posted while others go out are taken along; a few times, so that answers are not kept waiting.
    for _ in 0..<4 where !maySleep {
      let (commands, isClosing) = inbox.withLock { box in
        box.isAsleep = box.commands.isEmpty
        let taken = box.commands
        box.commands.removeAll(keepingCapacity: false)
        return (taken, box.isClosing)
      }
      for command in commands { slots.carryOut(command) }
      if isClosing { return false }
      maySleep = commands.isEmpty
      pc_loop_send(loop)
    }
    pc_loop_wait(loop, maySleep)
    inbox.withLock { $0.isAsleep = false }
    while let transfer = pc_loop_done(loop) { slots.finish(transfer) }
    return true
  }
}
