import Foundation
import Glibc
import PortcullisCore
import PortcullisRunner

/// Shows a run on standard error: one living line on a terminal, a plain line every ten seconds in CI. Own it, and await `finish`.
struct ProgressDisplay {
  private let ticker: Task<Void, Never>?

  init(progress: RunProgress, isQuiet: Bool) {
    let terminal = TerminalFacts(STDERR_FILENO)
    guard !isQuiet else {
      ticker = nil
      return
    }
    ticker = Task {
      let began = ContinuousClock.now
      let pause: Duration = terminal.isTerminal ? .milliseconds(200) : .seconds(10)
      while (try? await Task.sleep(for: pause)) != nil {
        let line = progressLine(progress.snapshot, elapsed: ContinuousClock.now - began)
        write(terminal.isTerminal ? "\r\u{1B}[2K" + line.prefix(terminal.width - 1) : line + "\n", to: STDERR_FILENO)
      }
      if terminal.isTerminal { write("\r\u{1B}[2K", to: STDERR_FILENO) }
    }
  }

  func finish() async {
    ticker?.cancel()
    await ticker?.value
  }
}

/// One line: done of planned, rate, time left, cost, failures by kind.
func progressLine(_ now: RunProgress.Snapshot, elapsed: Duration) -> String {
  let seconds = max(0.001, Double(elapsed.microseconds) / 1e6)
  let fresh = now.done - now.resumed
  let rate = Double(fresh) / seconds
  var parts = ["\(now.done) of \(now.planned) trials", "\(fixed(rate, rate < 10 ? 1 : 0))/s"]
  if fresh > 0, now.done < now.planned { parts.append("\(Duration.seconds(Double(now.planned - now.done) / rate).short) left") }
  parts.append("\(now.passed) passed, \(now.failed) failed" + (now.unscored > 0 ? ", \(now.unscored) unscored" : ""))
  if let currency = now.currency { parts.append(Money(micro: now.spentMicro, currency: currency).description) }
  let causes = now.failures.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key.rawValue) \($0.value)" }
  if !causes.isEmpty { parts.append("call failures: " + causes.joined(separator: ", ")) }
  if now.retries > 0 { parts.append("\(now.retries) retries") }
  return parts.joined(separator: " · ")
}
