// Truth: what a recording is known to hold, written `*.truth.json` (io/write_truth.hpp),
// and Findings: what an analysis says of it, in the same terms.
//
// Times are seconds from the start of the recording; amplitudes are µV peak to peak
// on the largest channel of the site; `noise_rms_uv` is the noise around the
// discharge. Both amplitude and noise are taken in `band`. Plain data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fascikit/core/event.hpp"
#include "fascikit/core/labels.hpp"
#include "fascikit/core/options.hpp"

namespace fascikit {

struct TrueDischarge {
    double peak_s = 0;                ///< largest deflection of the largest channel
    std::string site;
    std::int32_t unit = 0;            ///< from 0, unique in the recording
    Label label = Label::fasciculation_potential;
    double amplitude_uv = 0;
    double noise_rms_uv = 0;
};

/// Activity that is known as a stretch, such as a contraction, whether or not its
/// discharges are listed as well.
struct TrueSegment {
    double onset_s = 0;
    double end_s = 0;
    std::string site;                 ///< empty: all sites
    Label label = Label::voluntary;
};

/// What was added and is not muscle: "mains", "drift", "ecg", "movement" and so on.
struct Confounder {
    double onset_s = 0;
    double end_s = 0;
    std::string kind;
};

struct Truth {
    int version = 1;                  ///< of the file's schema
    double sampling_rate_hz = 0;
    double duration_s = 0;
    Band band{};
    std::vector<TrueDischarge> discharges;  ///< by peak_s
    std::vector<TrueSegment> segments;      ///< by onset_s
    std::vector<Confounder> confounders;    ///< by onset_s
};

struct FoundEvent {
    double peak_s = 0;
    std::string site;
    double amplitude_uv = 0;
    double snr = 0;
    double probability = 0;
    std::int64_t burst = -1;
};

struct FoundBurst {
    std::int64_t id = 0;
    double onset_s = 0;
    std::string site;
    Label label = Label::indeterminate;
    double probability = 0;
    double duration_s = 0;
};

struct FoundSegment {
    double onset_s = 0;
    double end_s = 0;
    std::string site;                 ///< empty: all sites
    SegmentKind kind = SegmentKind::masked;
};

struct Findings {
    std::vector<std::string> sites;   ///< all that were analysed, silent ones too
    std::vector<FoundEvent> events;
    std::vector<FoundBurst> bursts;
    std::vector<FoundSegment> segments;
};

}  // namespace fascikit
