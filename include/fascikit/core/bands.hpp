// Bands of EMG and the reason for each number: one table for the analysis' defaults, the
// filters of filter/presets.hpp and Python.
//
// Where a source says something else, the reason says so. Plain data: no cost, no errors
// but of band_preset(), which names the allowed ones.
#pragma once

#include <array>
#include <cmath>
#include <string>
#include <string_view>

#include "fascikit/core/error.hpp"
#include "fascikit/core/labels.hpp"

namespace fascikit::core {

struct BandPreset {
    const char* name;
    double low_hz;
    double high_hz;
    int order;           ///< of the band-pass: 6 dB an octave each, on both sides
    const char* reason;
    const char* source;
};

/// No band reaches beyond this share of the rate: what lies above is the fall of the
/// recorder's own low-pass and what it let fold over.
inline constexpr double highest_share_of_rate = 0.45;

inline constexpr std::array<BandPreset, 5> band_presets{{
    {"surface", 20, 500, 4,
     "Movement of electrode and cable lies below 20 Hz, hardly any power of muscle above 400 to 500 Hz. De Luca et al. "
     "find 12 dB an octave enough for ordinary movement; 24 dB are our own choice, since a detector answers to whatever "
     "movement is left.",
     "De Luca et al. 2010, 10.1016/j.jbiomech.2010.01.027; SENIAM: 10 to 20 Hz and near 500 Hz"},
    {"surface_wide", 5, 500, 2,
     "The recommended recording band: keeps the slow parts of potentials for shapes and amplitudes of a still limb; "
     "movement is not kept out. The low order rings least.",
     "ISEK standards for reporting EMG data (Merletti 1999, J Electromyogr Kinesiol 9:III-IV)"},
    {"surface_ecg", 30, 500, 4,
     "For trunk and proximal muscles under the heart's field: of 23 methods the best balance of effort and effect, "
     "judged at 10 to 25 % of the strongest contraction. What is left of the QRS still needs the artefact labels.",
     "Drake & Callaghan 2006, 10.1016/j.jelekin.2005.07.003"},
    {"needle", 10, 10000, 4,
     "The slow phase of a positive sharp wave lasts 10 to 100 ms and needs the low edge; rise times of 0.1 to 0.5 ms "
     "need the high one. A higher low edge shortens potentials and adds phases.",
     "customary setting of needle EMG, named in no single standard that we could read"},
    {"single_fibre", 500, 10000, 2,
     "Fibres further away than some 0.3 mm are heard through tissue that takes their high frequencies: above 500 Hz the "
     "near fibre alone is left. For jitter and for spikes in interference, never for duration or shape. The low order "
     "keeps the delay even.",
     "Sanders & Stalberg 1996, AAEM minimonograph 25, 10.1002/(SICI)1097-4598(199609)19:9<1069::AID-MUS1>3.0.CO;2-Y"},
}};

/// The preset of the analysis' default band.
[[nodiscard]] constexpr const BandPreset& preset_of(Electrode electrode) noexcept {
    return electrode == Electrode::surface ? band_presets[0] : band_presets[3];
}

[[nodiscard]] inline const BandPreset& band_preset(std::string_view name) {
    std::string allowed;
    for (const BandPreset& preset : band_presets) {
        if (name == preset.name) return preset;
        allowed += (allowed.empty() ? "'" : ", '") + std::string(preset.name) + "'";
    }
    fail_option("preset '" + std::string(name) + "': allowed is " + allowed);
}

/// The upper edge at that rate.
[[nodiscard]] inline double high_hz_at(const BandPreset& preset, double sampling_rate_hz) noexcept {
    return std::fmin(preset.high_hz, highest_share_of_rate * sampling_rate_hz);
}

}  // namespace fascikit::core
