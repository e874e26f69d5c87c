/// The range of values that what was seen does not exclude, lower end first.
///
/// Whether each end errs with α or with α/2 is said by the function that returns it. An end may be infinite where the
/// sample cannot bound the value on that side; it is never NaN.
package struct Interval: Sendable, Hashable {
  package let lower: Double
  package let upper: Double

  package init(lower: Double, upper: Double) {
    precondition(lower <= upper, "an interval's lower end lies above its upper end, or one of them is NaN")
    self.lower = lower
    self.upper = upper
  }
}
