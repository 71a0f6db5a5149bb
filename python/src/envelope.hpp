// Least and largest sample of each of `bins` equal stretches of one channel in the
// analysis band: what a picture of half an hour needs, at one value a pixel.
//
// Band: Butterworth of order 2 each way, forward and backward, so that deflections
// stay where the events say they are. By blocks that overlap by their settling; memory
// does not depend on the length. Bins without a finite sample are NaN. No lock; may
// run in several threads at once. Throws std::invalid_argument for options.
#pragma once

#include <cstdint>

#include "source.hpp"

namespace fascikit::python {

struct EnvelopeOptions {
    int channel = 0;
    std::int64_t first = 0;
    std::int64_t count = 0;
    std::int64_t bins = 0;
    double low_hz = 20;
    double high_hz = 500;
};

/// `low` and `high` have room for `bins` values.
void envelope(const AnySource& source, const EnvelopeOptions& options, float* low, float* high);

}  // namespace fascikit::python
