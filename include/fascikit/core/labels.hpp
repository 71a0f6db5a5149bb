// Labels: what a burst is called, after the joint IFCN/AANEM glossary (Dengler et
// al. 2020, 10.1002/mus.26868), and four of our own. This table is the only one:
// files, Python, documentation and tests read it from here.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace fascikit {

enum class Electrode : std::uint8_t { surface, needle };

enum class Label : std::uint8_t {
    fasciculation_potential,
    fasciculation_multiplet,
    myokymic_discharge,
    neuromyotonic_discharge,
    cramp_discharge,
    fibrillation_potential,
    positive_sharp_wave,
    endplate_spike,
    endplate_noise,
    myotonic_discharge,
    complex_repetitive_discharge,
    continuous_single_discharge,
    tremor,
    voluntary,
    artifact,
    indeterminate,
};

struct LabelInfo {
    Label label;
    std::string_view name;
    bool needle_only;  ///< single-fibre activity cannot be seen at the skin
    std::string_view meaning;
};

inline constexpr std::array<LabelInfo, 16> label_table{{
    {Label::fasciculation_potential, "fasciculation_potential", false,
     "one spontaneous discharge of one motor unit, isolated and without rhythm"},
    {Label::fasciculation_multiplet, "fasciculation_multiplet", false,
     "a spontaneous doublet, triplet or longer multiplet of one motor unit"},
    {Label::myokymic_discharge, "myokymic_discharge", false,
     "grouped discharges of one motor unit that recur rhythmically or semi-rhythmically"},
    {Label::neuromyotonic_discharge, "neuromyotonic_discharge", false,
     "a decrementing train at 150 to 300 Hz with abrupt start and stop"},
    {Label::cramp_discharge, "cramp_discharge", false,
     "many motor units that join and leave gradually, involuntarily"},
    {Label::fibrillation_potential, "fibrillation_potential", true,
     "regular discharges of one muscle fibre, positive first"},
    {Label::positive_sharp_wave, "positive_sharp_wave", true,
     "regular discharges of one muscle fibre, a sharp positive wave and a long negative one"},
    {Label::endplate_spike, "endplate_spike", true,
     "irregular discharges near the end-plate, negative first"},
    {Label::endplate_noise, "endplate_noise", true,
     "continuous irregular small negative potentials near the end-plate"},
    {Label::myotonic_discharge, "myotonic_discharge", true,
     "a train at 20 to 150 Hz whose rate and amplitude wax and wane"},
    {Label::complex_repetitive_discharge, "complex_repetitive_discharge", true,
     "a polyphasic potential repeated with hardly any variation, abrupt on and off"},
    {Label::continuous_single_discharge, "continuous_single_discharge", true,
     "one motor unit that fires continuously and very regularly"},
    {Label::tremor, "tremor", false,
     "bursts of many motor units at the rhythm of a tremor"},
    {Label::voluntary, "voluntary", false,
     "activity as in a voluntary contraction"},
    {Label::artifact, "artifact", false,
     "not from the muscle: electrode, cable, stimulus, heart"},
    {Label::indeterminate, "indeterminate", false,
     "the evidence does not favour one label clearly"},
}};

inline constexpr std::size_t label_count = label_table.size();

[[nodiscard]] constexpr std::string_view to_string(Label label) noexcept {
    return label_table[static_cast<std::size_t>(label)].name;
}
[[nodiscard]] constexpr std::optional<Label> label_from(std::string_view name) noexcept {
    for (const LabelInfo& entry : label_table)
        if (entry.name == name) return entry.label;
    return std::nullopt;
}
[[nodiscard]] constexpr std::string_view to_string(Electrode electrode) noexcept {
    return electrode == Electrode::surface ? "surface" : "needle";
}

}  // namespace fascikit
