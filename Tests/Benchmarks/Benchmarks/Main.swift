import CBench
import Foundation

// The benchmarks: ratios taken in one run on one machine, medians of several. `scripts/bench` builds everything in release and runs this.
//
//   Benchmarks serve DELAY_MS            the model server (started by the benchmarks themselves)
//   Benchmarks floor PORT COUNT N        the libcurl floor as a process of its own
//   Benchmarks all PORTCULLIS [NAMES]    every measure but the million, or those named
@main struct Main {
  static func main() {
    let arguments = CommandLine.arguments
    let numbers = arguments.dropFirst(2).compactMap { Int32($0) }
    switch (arguments.dropFirst().first, arguments.count) {
    case ("serve", 3) where numbers.count == 1: bench_serve(numbers[0])
    case ("floor", 5) where numbers.count == 3: exit(bench_floor(numbers[0], numbers[1], numbers[2]) == numbers[1] ? 0 : 1)
    case ("all", 3...):
      let names = arguments.dropFirst(3).map { name in
        guard let measure = Measure(rawValue: name) else { usage() }
        return measure
      }
      do { try Bench(portcullis: arguments[2], measures: names.isEmpty ? Measure.usual : names).run() } catch {
        print("bench: \(error)")
        exit(70)
      }
    default: usage()
    }
  }

  private static func usage() -> Never {
    print("usage: Benchmarks all PORTCULLIS [\(Measure.allCases.map(\.rawValue).joined(separator: " "))]")
    exit(64)
  }
}
