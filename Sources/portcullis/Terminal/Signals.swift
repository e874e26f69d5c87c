import Dispatch
import Glibc
import Synchronization

/// Turns SIGINT and SIGTERM into an orderly stop; the second one ends the process at once (the store stays whole: everything that counts is
/// committed). Keep the value for as long as signals shall be caught.
/// `@unchecked`: the sources are made in `init` and only cancelled afterwards, and Dispatch's own objects may be used from any thread.
final class Signals: @unchecked Sendable {
  private let sources: [any DispatchSourceSignal]
  private let count = Atomic<Int>(0)

  init(onFirst: @escaping @Sendable (Int32) -> Void) {
    var sources: [any DispatchSourceSignal] = []
    for number in [SIGINT, SIGTERM] {
      signal(number, SIG_IGN)
      sources.append(DispatchSource.makeSignalSource(signal: number, queue: .global()))
    }
    self.sources = sources
    for (source, number) in zip(sources, [SIGINT, SIGTERM]) {
      source.setEventHandler { [self] in
        if count.add(1, ordering: .relaxed).newValue > 1 {
          note("stopped at once: what was recorded is kept; the same command goes on from there")
          _exit(128 + number)
        }
        onFirst(number)
      }
      source.resume()
    }
  }

  func stop() { for source in sources { source.cancel() } }
}
