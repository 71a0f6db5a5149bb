// Firing patterns of many motor units at once: voluntary contraction, cramp, tremor.
#pragma once

#include "fascikit/simulate/patterns_involuntary.hpp"
#include "fascikit/simulate/patterns_voluntary.hpp"
