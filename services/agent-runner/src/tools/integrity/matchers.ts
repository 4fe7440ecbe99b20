/** The strength of an assertion. Comparable: a smaller number demands less. */
export const strength = {
  /** True for every behaviour of the product. */
  nothing: 0,
  /** A value exists, or differs from a particular one. */
  existence: 1,
  /** Of a type, called, thrown. */
  type: 2,
  /** A part, a pattern, a bound. */
  part: 3,
  /** Exactly this. */
  exact: 4,
} as const;

export interface Matcher {
  /** One name for the words of all libraries for the same demand. */
  readonly relation: string;
  readonly strength: number;
  /** Expects the value named here, without an argument. */
  readonly constant?: string;
  /** `notEqual` and the like. */
  readonly isNegated?: boolean;
  /** The result is a promise. */
  readonly isAsync?: boolean;
}

const words = (relation: string, demand: number, names: string, more: Partial<Matcher> = {}) =>
  names.split(' ').map((name): [string, Matcher] => [name, { relation, strength: demand, ...more }]);

const known: ReadonlyMap<string, Matcher> = new Map([
  ...words(
    'equal',
    strength.exact,
    'tobe toequal tostrictequal equal equals eql eq strictequal deepequal deepstrictequal is same strictsame looseequal loosesame deep assertequal assertequals assertis assertlistequal assertdictequal asserttupleequal assertsetequal assertmultilineequal assertsequenceequal tomatchinlinesnapshot text value tohavetext tohavetextcontent tohavevalue tohavetitle tohaveurl status',
  ),
  ...words('equal', strength.exact, 'asserttrue tobetrue true istrue', { constant: 'true' }),
  ...words('equal', strength.exact, 'assertfalse tobefalse false isfalse', { constant: 'false' }),
  ...words('equal', strength.exact, 'tobenull null isnull assertisnone', { constant: 'null' }),
  ...words('equal', strength.exact, 'tobeundefined undefined isundefined', { constant: 'undefined' }),
  ...words('equal', strength.exact, 'tobenan nan isnan', { constant: 'NaN' }),
  ...words('equal', strength.exact, 'empty tobeempty isempty', { constant: '[]' }),
  ...words('same members', strength.exact, 'members samemembers assertcountequal assertitemsequal ordered'),
  ...words('length', strength.exact, 'tohavelength lengthof length tohavesize tohavecount'),
  ...words(
    'calls',
    strength.exact,
    'tohavebeencalledtimes tobecalledtimes callcount calledonce tohavebeencalledonce',
  ),
  ...words('snapshot', strength.part, 'tomatchsnapshot snapshot tothrowerrormatchingsnapshot matchsnapshot'),
  ...words('close', strength.part, 'tobecloseto closeto approximately almostequal assertalmostequal'),
  ...words('<', strength.part, 'tobelessthan below lessthan lt assertless isbelow'),
  ...words('<=', strength.part, 'tobelessthanorequal most lte assertlessequal isatmost'),
  ...words('>', strength.part, 'tobegreaterthan above greaterthan gt assertgreater isabove'),
  ...words('>=', strength.part, 'tobegreaterthanorequal least gte assertgreaterequal isatleast'),
  ...words(
    'part',
    strength.part,
    'tomatchobject tocontain tocontainequal tomatch match matches include includes contains contain assertin assertregex tohaveproperty property keys tohavekeys haskey partialdeepstrictequal matchobject like regex within string tobeinthedocument tobevisible tohaveclass tohaveattribute tocontaintext tosatisfy satisfies satisfy assertdictcontainssubset',
  ),
  ...words(
    'called with',
    strength.part,
    'tohavebeencalledwith tohavebeenlastcalledwith tohavebeennthcalledwith tobecalledwith calledwith calledoncewith calledwithexactly calledonceand calledoncewithexactly tohavereturnedwith assert_called_with assert_called_once_with assertcalledwith assertcalledoncewith asserthasscalls assertanycall',
  ),
  ...words(
    'throws',
    strength.type,
    'tothrow tothrowerror throw throws assertraises assertraisesregex raises assertwarns exception',
  ),
  ...words('rejects', strength.type, 'rejects rejectedwith rejected throwsasync', { isAsync: true }),
  ...words('throws', strength.existence, 'doesnotthrow notthrow notthrows', { isNegated: true }),
  ...words('rejects', strength.existence, 'doesnotreject notthrowsasync', { isNegated: true, isAsync: true }),
  ...words(
    'type',
    strength.type,
    'tobeinstanceof instanceof instance assertisinstance isinstance tobetypeof typeof a an isarray isobject isfunction isstring isnumber tohavereturned isboolean',
  ),
  ...words('called', strength.type, 'tohavebeencalled tobecalled called assertcalled assertcalledonce'),
  ...words(
    'truthy',
    strength.existence,
    'tobetruthy ok truthy assert exist exists tobedefined isdefined assertisnotnone isnotnull isok assertok',
  ),
  ...words('falsy', strength.existence, 'tobefalsy falsy notok isnotok'),
  ...words(
    'equal',
    strength.existence,
    'notequal notdeepequal notstrictequal notdeepstrictequal isnot not notsame assertnotequal assertisnot notdeep',
    {
      isNegated: true,
    },
  ),
  ...words(
    'part',
    strength.type,
    'doesnotmatch notmatch notinclude assertnotin assertnotregex notregex doesnotinclude',
    { isNegated: true },
  ),
]);

const exact = (name: string): string => name.toLowerCase().replaceAll('_', '');

export const matcherOf = (name: string): Matcher | undefined => known.get(exact(name));

/** Words of a chain without a demand. */
export const isConnective = (name: string): boolean =>
  /^(?:to|be|been|is|that|which|and|has|have|with|at|of|but|does|still|also|own|it|its|soft|strict|async|eventually|all)$/.test(
    name,
  );

/** Fails when reached. */
export const isFailing = (name: string): boolean =>
  /^(?:fail|unreachable|expectunreachable|bail)$/i.test(name);
